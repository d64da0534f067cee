using Framework.Kernels.Simd;

namespace Benchmarks.Kernels;

/// <summary>Activations of a network, as plans lay them out: blocks of as many channels as a vector has lanes.</summary>
internal sealed record ActivationShape(string Name, int Batch, int Channels, int Extent)
{
    public static IReadOnlyList<ActivationShape> All { get; } =
    [
        new("ResNet 64@112, N=1", 1, 64, 112),
        new("ResNet 256@56, N=8", 8, 256, 56),
        new("ResNet 2048@7, N=8", 8, 2048, 7),
    ];

    public int Lanes { get; } = InstructionSet.Best.Width;

    public int Blocks => Channels / Lanes;

    public int Places => Extent * Extent;

    public int Floats => Batch * Channels * Places;
}
