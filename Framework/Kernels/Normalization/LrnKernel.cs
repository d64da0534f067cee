using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Normalization;

/// <summary>The ways to normalise over neighbouring channels, best first, the reference last.</summary>
public static class LrnKernels
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<LrnKernel> List { get; } =
    [
        new WindowLrn<LaneChannels<Simd512>, Simd512>(),
        new WindowLrn<PlainChannels<Simd512>, Simd512>(),
        new WindowLrn<LaneChannels<Simd256>, Simd256>(),
        new WindowLrn<PlainChannels<Simd256>, Simd256>(),
        new WindowLrn<LaneChannels<Simd128>, Simd128>(),
        new WindowLrn<PlainChannels<Simd128>, Simd128>(),
        new ReferenceLrn(),
    ];
}

/// <summary>Local response normalisation and its gradient. Without state; results do not depend on the number of threads.</summary>
public abstract unsafe class LrnKernel : IKernel<LrnProblem>
{
    private protected LrnKernel(string form, InstructionSet set)
    {
        Name = form + set;
        Set = set;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public abstract string? Refusal(in LrnProblem problem);

    /// <summary>Normalises.</summary>
    /// <param name="problem">The tensor and the norm's numbers.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="y">The result; must not overlap it.</param>
    /// <param name="pool">The threads to use.</param>
    public abstract void Forward(in LrnProblem problem, float* x, float* y, WorkerPool pool);

    /// <summary>The gradient of x, from x itself; nothing need be kept but that.</summary>
    /// <param name="problem">The tensor and the norm's numbers.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="dy">The result's gradient.</param>
    /// <param name="dx">Receives the tensor's gradient; must not overlap the others.</param>
    /// <param name="pool">The threads to use.</param>
    public abstract void Backward(in LrnProblem problem, float* x, float* dy, float* dx, WorkerPool pool);
}
