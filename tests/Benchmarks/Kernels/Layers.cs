using Framework.Kernels.Convolution;

namespace Benchmarks.Kernels;

/// <summary>A network's layer, shown by its name.</summary>
public sealed record Layer(string Name, ConvolutionProblem Problem)
{
    /// <summary>3x3 layers of VGG-16, ResNet-18 and GoogLeNet, from many pixels and few channels to the opposite.</summary>
    public static IReadOnlyList<Layer> All { get; } =
    [
        Of("VGG conv1_2", 64, 64, 224),
        Of("VGG conv4_2", 512, 512, 28),
        Of("VGG conv5_2", 512, 512, 14),
        Of("ResNet-18 64@56", 64, 64, 56),
        Of("ResNet-18 128@28", 128, 128, 28),
        Of("ResNet-18 256@14", 256, 256, 14),
        Of("ResNet-18 512@7", 512, 512, 7),
        Of("GoogLeNet 64-192@56", 64, 192, 56),
        Of("GoogLeNet 160-320@14", 160, 320, 14),
    ];

    public override string ToString() => Name;

    private static Layer Of(string name, int inputs, int outputs, int extent) => new(
        name,
        new ConvolutionProblem(1, inputs, outputs, Extents.Of(extent, extent), Extents.Of(3, 3))
        {
            PadBegin = Padding.Of(1, 1),
            PadEnd = Padding.Of(1, 1),
        });
}
