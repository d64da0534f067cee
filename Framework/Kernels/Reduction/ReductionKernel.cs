using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Reduction;

/// <summary>The ways to reduce, best first, the reference last.</summary>
public static class ReductionKernels
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ReductionKernel> List { get; } =
    [
        new ReductionKernel<Simd512>(),
        new ReductionKernel<Simd256>(),
        new ReductionKernel<Simd128>(),
        new ReductionKernel<SimdScalar>(),
    ];
}

/// <summary>Reduces along an axis. Without state; results do not depend on the number of threads.</summary>
public abstract unsafe class ReductionKernel : IKernel<ReductionProblem>
{
    private protected ReductionKernel(InstructionSet set) => Set = set;

    /// <inheritdoc/>
    public string Name => $"Reduction{Set}";

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public string? Refusal(in ReductionProblem problem) => null;

    /// <summary>Reduces.</summary>
    /// <param name="problem">What is reduced, and how.</param>
    /// <param name="x">Outer times length times inner floats.</param>
    /// <param name="y">Outer times inner floats.</param>
    /// <param name="workspace"><see cref="ReductionProblem.WorkspaceFloats"/> floats, or null where there are none.</param>
    /// <param name="pool">The threads to use.</param>
    public abstract void Run(in ReductionProblem problem, float* x, float* y, float* workspace, WorkerPool pool);
}

/// <summary>The reduction kernel for one instruction set.</summary>
internal sealed unsafe class ReductionKernel<TSimd>() : ReductionKernel(TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override void Run(in ReductionProblem problem, float* x, float* y, float* workspace, WorkerPool pool)
    {
        switch (problem.Kind)
        {
            case ReductionKind.Max: ReductionPass<MaxFold, MaxFold, TSimd>.Run(problem, x, y, workspace, pool); break;
            case ReductionKind.Min: ReductionPass<MinFold, MinFold, TSimd>.Run(problem, x, y, workspace, pool); break;
            case ReductionKind.Product: ReductionPass<ProductFold, ProductFold, TSimd>.Run(problem, x, y, workspace, pool); break;
            case ReductionKind.SumOfSquares: ReductionPass<SquareFold, SumFold, TSimd>.Run(problem, x, y, workspace, pool); break;
            case ReductionKind.SumOfMagnitudes: ReductionPass<MagnitudeFold, SumFold, TSimd>.Run(problem, x, y, workspace, pool); break;
            default: ReductionPass<SumFold, SumFold, TSimd>.Run(problem, x, y, workspace, pool); break;
        }
    }
}
