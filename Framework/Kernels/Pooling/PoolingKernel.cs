using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Pooling;

/// <summary>The ways to pool, best first, the reference last.</summary>
public static class PoolingKernels
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<PoolingKernel> List { get; } =
    [
        new RowPooling<LaneRow<Simd512>>(InstructionSet.Vector512),
        new RowPooling<PlainRow<Simd512>>(InstructionSet.Vector512),
        new RowPooling<LaneRow<Simd256>>(InstructionSet.Vector256),
        new RowPooling<PlainRow<Simd256>>(InstructionSet.Vector256),
        new RowPooling<LaneRow<Simd128>>(InstructionSet.Vector128),
        new RowPooling<PlainRow<Simd128>>(InstructionSet.Vector128),
        new RowPooling<LaneRow<SimdScalar>>(InstructionSet.Scalar),
    ];
}

/// <summary>The ways to compute pooling's gradient, best first, the reference last.</summary>
public static class PoolingGradientKernels
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<PoolingGradientKernel> List { get; } =
    [
        new LanePoolingGradient<Simd512>(),
        new LanePoolingGradient<Simd256>(),
        new LanePoolingGradient<Simd128>(),
        new PlainMaxPoolingGradient(),
        new LanePoolingGradient<SimdScalar>(),
    ];
}

/// <summary>Pools. Without state; results do not depend on the number of threads.</summary>
public abstract unsafe class PoolingKernel : IKernel<PoolingProblem>
{
    private protected PoolingKernel(string form, InstructionSet set)
    {
        Name = form + set;
        Set = set;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public abstract string? Refusal(in PoolingProblem problem);

    /// <summary>Pools all planes. A window that holds nothing of the input gives minus infinity, or 0 as an average.</summary>
    /// <param name="problem">What is pooled.</param>
    /// <param name="input">Planes times <see cref="PoolingProblem.InputPlaneLength"/> floats.</param>
    /// <param name="output">Planes times <see cref="PoolingProblem.OutputPlaneLength"/> floats.</param>
    /// <param name="argmax">
    /// <see cref="PoolingProblem.ArgmaxBytes"/> bytes that receive the places of the maxima; null where no gradient will be asked for. Not
    /// used for averages.
    /// </param>
    /// <param name="pool">The threads to use.</param>
    public abstract void Run(in PoolingProblem problem, float* input, float* output, byte* argmax, WorkerPool pool);
}

/// <summary>Computes pooling's gradient. Without state; results do not depend on the number of threads.</summary>
public abstract unsafe class PoolingGradientKernel : IKernel<PoolingProblem>
{
    private protected PoolingGradientKernel(string form, InstructionSet set)
    {
        Name = form + set;
        Set = set;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public abstract string? Refusal(in PoolingProblem problem);

    /// <summary>Hands the output's gradient to the elements of each window: to the largest one, or to all alike.</summary>
    /// <param name="problem">What was pooled.</param>
    /// <param name="outputGradient">Planes times <see cref="PoolingProblem.OutputPlaneLength"/> floats.</param>
    /// <param name="argmax">The places of the maxima as the forward pass wrote them; not used for averages.</param>
    /// <param name="inputGradient">Planes times <see cref="PoolingProblem.InputPlaneLength"/> floats; overwritten.</param>
    /// <param name="pool">The threads to use.</param>
    public abstract void Run(in PoolingProblem problem, float* outputGradient, byte* argmax, float* inputGradient, WorkerPool pool);
}
