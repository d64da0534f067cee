namespace Framework.Kernels.Normalization;

/// <summary>
/// Local response normalisation as ONNX defines it: y = x / (bias + alpha / size · sum of x²)^beta, the sum over <paramref name="Size"/>
/// neighbouring channels: (size - 1) / 2 before, rounded down, the channel itself, and the rest behind.
/// </summary>
/// <param name="Tensor">The tensor's extents.</param>
/// <param name="Size">Channels of a sum, from 1 to 256.</param>
/// <param name="Alpha">The weight of the mean square.</param>
/// <param name="Beta">The power.</param>
/// <param name="Bias">What the mean square is added to. Above 0, or a blocked tensor's padding does not stay 0.</param>
public readonly record struct LrnProblem(ChannelProblem Tensor, int Size, float Alpha, float Beta, float Bias)
{
    /// <summary>Channels of a sum.</summary>
    public int Size { get; } = Size is >= 1 and <= 256 ? Size : throw new ArgumentOutOfRangeException(nameof(Size), Size, "From 1 to 256.");

    internal int Before => (Size - 1) / 2;

    internal int After => Size - 1 - Before;
}
