using Framework.Kernels.Convolution;

namespace Benchmarks.Kernels;

/// <summary>A network's layer, shown by its name.</summary>
public sealed record Layer(string Name, ConvolutionProblem Problem)
{
    /// <summary>3x3 layers of VGG-16, ResNet and GoogLeNet, from many pixels and few channels to the opposite.</summary>
    public static IReadOnlyList<Layer> ThreeByThree { get; } =
    [
        Of("VGG conv1_2", 64, 64, 224, 3),
        Of("VGG conv2_2", 128, 128, 112, 3),
        Of("VGG conv3_2", 256, 256, 56, 3),
        Of("VGG conv4_2", 512, 512, 28, 3),
        Of("VGG conv5_2", 512, 512, 14, 3),
        Of("ResNet 64@56", 64, 64, 56, 3),
        Of("ResNet 128@28", 128, 128, 28, 3),
        Of("ResNet 256@14", 256, 256, 14, 3),
        Of("ResNet 512@7", 512, 512, 7, 3),
        Of("GoogLeNet 64-192@56", 64, 192, 56, 3),
        Of("GoogLeNet 96-128@28", 96, 128, 28, 3),
        Of("GoogLeNet 160-320@14", 160, 320, 14, 3),
        Of("GoogLeNet 192-384@7", 192, 384, 7, 3),
    ];

    /// <summary>3x3 layers of ResNet-18 and ResNet-50 that halve the picture.</summary>
    public static IReadOnlyList<Layer> ThreeByThreeHalving { get; } =
    [
        Of("ResNet-18 64-128@56/2", 64, 128, 56, 3, 2),
        Of("ResNet-18 128-256@28/2", 128, 256, 28, 3, 2),
        Of("ResNet-18 256-512@14/2", 256, 512, 14, 3, 2),
        Of("ResNet-50 128@56/2", 128, 128, 56, 3, 2),
        Of("ResNet-50 256@28/2", 256, 256, 28, 3, 2),
        Of("ResNet-50 512@14/2", 512, 512, 14, 3, 2),
    ];

    /// <summary>1x1 layers of ResNet-50, ResNet-18 and GoogLeNet.</summary>
    public static IReadOnlyList<Layer> OneByOne { get; } =
    [
        Of("ResNet-50 64@56", 64, 64, 56, 1),
        Of("ResNet-50 64-256@56", 64, 256, 56, 1),
        Of("ResNet-50 256-64@56", 256, 64, 56, 1),
        Of("ResNet-50 128-512@28", 128, 512, 28, 1),
        Of("ResNet-50 512-128@28", 512, 128, 28, 1),
        Of("ResNet-50 256-1024@14", 256, 1024, 14, 1),
        Of("ResNet-50 1024-256@14", 1024, 256, 14, 1),
        Of("ResNet-50 512-2048@7", 512, 2048, 7, 1),
        Of("ResNet-50 2048-512@7", 2048, 512, 7, 1),
        Of("ResNet-50 256-512@56/2", 256, 512, 56, 1, 2),
        Of("ResNet-50 1024-2048@14/2", 1024, 2048, 14, 1, 2),
        Of("ResNet-18 128-256@28/2", 128, 256, 28, 1, 2),
        Of("GoogLeNet 192-64@28", 192, 64, 28, 1),
        Of("GoogLeNet 480-192@14", 480, 192, 14, 1),
        Of("GoogLeNet 832-384@7", 832, 384, 7, 1),
    ];

    /// <summary>Layers that have kernels of their own: few channels, groups of one and of few channels, a picture's three channels.</summary>
    public static IReadOnlyList<Layer> Special { get; } =
    [
        Of("LeNet-5 6-16@14, N=64", 6, 16, 14, 5).WithBatch(64),
        Of("MobileNet 256@14, depthwise", 256, 256, 14, 3, groups: 256),
        Of("ResNeXt-50 128@56, 32 groups", 128, 128, 56, 3, groups: 32),
        Of("ResNet 3-64@224/2", 3, 64, 224, 7, 2),
    ];

    /// <summary>A few of all kinds, as the suites take them.</summary>
    internal static IEnumerable<(string Shape, ConvolutionProblem Problem)> Some =>
        from layer in ThreeByThree.Concat(ThreeByThreeHalving.Take(1)).Concat(OneByOne.Take(1)).Concat(Special)
        select (layer.Name, layer.Problem);

    /// <summary>The same layer for another number of images.</summary>
    public Layer WithBatch(int batch)
    {
        var p = Problem;
        return new Layer(Name, new ConvolutionProblem(batch, p.InputChannels, p.OutputChannels, p.Input, p.Kernel)
        {
            Stride = p.Stride,
            PadBegin = p.PadBegin,
            PadEnd = p.PadEnd,
            Groups = p.Groups,
        });
    }

    public override string ToString() => Name;

    private static Layer Of(string name, int inputs, int outputs, int extent, int kernel, int stride = 1, int groups = 1) => new(
        name,
        new ConvolutionProblem(1, inputs, outputs, Extents.Of(extent, extent), Extents.Of(kernel, kernel))
        {
            Stride = Extents.Of(stride, stride),
            PadBegin = Padding.Of(kernel / 2, kernel / 2),
            PadEnd = Padding.Of(kernel / 2, kernel / 2),
            Groups = groups,
        });
}
