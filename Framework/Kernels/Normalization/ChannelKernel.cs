using Framework.Kernels.Axes;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Normalization;

/// <summary>The ways to normalise channels, best first, the reference last.</summary>
public static class ChannelKernels
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ChannelKernel> List { get; } =
    [
        new AxisChannelKernel<AcrossAxis<Simd512>, Simd512>("LaneChannels"),
        new AxisChannelKernel<AlongAxis<Simd512>, Simd512>("PlainChannels"),
        new AxisChannelKernel<AcrossAxis<Simd256>, Simd256>("LaneChannels"),
        new AxisChannelKernel<AlongAxis<Simd256>, Simd256>("PlainChannels"),
        new AxisChannelKernel<AcrossAxis<Simd128>, Simd128>("LaneChannels"),
        new AxisChannelKernel<AlongAxis<Simd128>, Simd128>("PlainChannels"),
        new AxisChannelKernel<AcrossAxis<SimdScalar>, SimdScalar>("LaneChannels"),
    ];
}

/// <summary>
/// What a batch norm does: finds mean and variance of channels, normalises by them, and the same of the gradient. Without state; results do not
/// depend on the number of threads.
/// </summary>
public abstract unsafe class ChannelKernel : IKernel<ChannelProblem>
{
    private protected ChannelKernel(string form, InstructionSet set)
    {
        Name = form + set;
        Set = set;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public abstract string? Refusal(in ChannelProblem problem);

    /// <summary>
    /// Mean and population variance of each channel over images and places: the sum of squared distances over the number, as ONNX has it
    /// (PyTorch's running variance divides by one less). Of no elements both are NaN.
    /// </summary>
    /// <remarks>
    /// Pieces that fit the first-level cache are looked at twice, for their mean and their distances from it; then pieces are joined in double
    /// precision (Chan, Golub and LeVeque 1979). Memory is read once, and a mean far from 0 costs no accuracy.
    /// </remarks>
    /// <param name="problem">The tensor's extents.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="mean">Receives <see cref="ChannelProblem.ChannelFloats"/> floats.</param>
    /// <param name="variance">Receives as many.</param>
    /// <param name="workspace"><see cref="ChannelProblem.WorkspaceFloats"/> floats.</param>
    /// <param name="pool">The threads to use.</param>
    public abstract void Statistics(in ChannelProblem problem, float* x, float* mean, float* variance, float* workspace, WorkerPool pool);

    /// <summary>The sums, for each channel, of dy and of dy (x - mean).</summary>
    /// <param name="problem">The tensor's extents.</param>
    /// <param name="x">The normalised tensor's origin.</param>
    /// <param name="mean">Its channels' means.</param>
    /// <param name="dy">The gradient of the normalised tensor.</param>
    /// <param name="sum">Receives the sums of dy: the gradient of the shift.</param>
    /// <param name="product">Receives the sums of dy (x - mean): the gradient of the scale, times the standard deviation.</param>
    /// <param name="workspace"><see cref="ChannelProblem.WorkspaceFloats"/> floats.</param>
    /// <param name="pool">The threads to use.</param>
    public abstract void GradientSums(
        in ChannelProblem problem, float* x, float* mean, float* dy, float* sum, float* product, float* workspace, WorkerPool pool);

    /// <summary>
    /// y = (x - mean) scale + shift, then a residual added and the result held above a floor. Taking the mean off first keeps the digits that a
    /// large mean would cost.
    /// </summary>
    public abstract void Normalize(in ChannelProblem problem, in NormalizeArguments arguments, WorkerPool pool);

    /// <summary>dx = scale (dy - a - (x - mean) b): the gradient through mean and variance too.</summary>
    public abstract void InputGradient(in ChannelProblem problem, in ChannelGradientArguments arguments, WorkerPool pool);
}

/// <summary>Where the operands of a normalisation lie. The output may lie over the input or the residual.</summary>
public unsafe struct NormalizeArguments
{
    /// <summary>The tensor.</summary>
    public float* X;

    /// <summary>A float for each channel.</summary>
    public float* Mean;

    /// <summary>A float for each channel: γ / √(variance + ε).</summary>
    public float* Scale;

    /// <summary>A float for each channel: β.</summary>
    public float* Shift;

    /// <summary>A tensor that is added, or null.</summary>
    public float* Residual;

    /// <summary>What results are raised to: 0 for a ReLU, minus infinity for none.</summary>
    public float Floor;

    /// <summary>Receives the tensor.</summary>
    public float* Y;
}

/// <summary>Where the operands of a normalisation's gradient lie. The result may lie over either tensor.</summary>
public unsafe struct ChannelGradientArguments
{
    /// <summary>The gradient of the normalised tensor.</summary>
    public float* Dy;

    /// <summary>The normalised tensor's origin.</summary>
    public float* X;

    /// <summary>A float for each channel.</summary>
    public float* Mean;

    /// <summary>A float for each channel: γ / √(variance + ε).</summary>
    public float* Scale;

    /// <summary>A float for each channel: the mean of dy.</summary>
    public float* A;

    /// <summary>A float for each channel: the mean of dy (x - mean), over the variance.</summary>
    public float* B;

    /// <summary>Receives the gradient.</summary>
    public float* Dx;
}
