using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Kernels.Reduction;

/// <summary>
/// A reduction over any set of axes, as passes over one run of neighbouring axes at a time, the innermost first, since it leaves the least.
/// </summary>
/// <remarks>The kernel is chosen once, here; a run allocates nothing.</remarks>
public sealed unsafe class AxesReduction
{
    private readonly ReductionKernel _kernel;

    /// <summary>Plans the passes.</summary>
    /// <param name="kind">What elements are reduced to.</param>
    /// <param name="input">The input's extents.</param>
    /// <param name="axes">The axes to reduce, counted from 0; with none each element is reduced by itself.</param>
    /// <param name="widest">The widest instruction set that may be used.</param>
    /// <exception cref="ArgumentOutOfRangeException">An axis does not exist or occurs twice.</exception>
    public AxesReduction(ReductionKind kind, Shape input, ReadOnlySpan<int> axes, InstructionSet widest)
    {
        var passes = new List<ReductionProblem>();
        int inner = 1;
        var runs = Runs(input, axes);
        for (int run = runs.Count - 1; run >= 0; run--)
        {
            if (runs[run].Reduced)
            {
                int outer = runs[..run].Aggregate(1, (product, r) => product * r.Extent);
                passes.Add(new ReductionProblem(passes.Count == 0 ? kind : KindOfRest(kind), outer, runs[run].Extent, inner));
            }
            else
            {
                inner *= runs[run].Extent;
            }
        }

        if (passes.Count == 0) passes.Add(new ReductionProblem(kind, 1, 1, inner));
        Passes = passes;
        _kernel = ReductionKernels.List.Select(passes[0], widest);
    }

    /// <summary>The passes, in order.</summary>
    public IReadOnlyList<ReductionProblem> Passes { get; }

    /// <summary>Floats of scratch that a run needs: the results of a pass and of the one before it, and what a pass itself needs.</summary>
    public nint WorkspaceFloats => (2 * IntermediateFloats) + Passes.Max(p => p.WorkspaceFloats);

    private nint IntermediateFloats => Passes.Count == 1 ? 0 : Results(Passes[0]);

    /// <summary>Reduces.</summary>
    /// <param name="x">The input.</param>
    /// <param name="y">The result: the extents that stay, in order.</param>
    /// <param name="workspace"><see cref="WorkspaceFloats"/> floats, or null where there are none.</param>
    /// <param name="pool">The threads to use.</param>
    public void Run(float* x, float* y, float* workspace, WorkerPool pool)
    {
        float* own = workspace + (2 * IntermediateFloats);
        for (int pass = 0; pass < Passes.Count; pass++)
        {
            float* result = pass == Passes.Count - 1 ? y : workspace + (pass % 2 * IntermediateFloats);
            _kernel.Run(Passes[pass], x, result, own, pool);
            x = result;
        }
    }

    private static nint Results(in ReductionProblem pass) => (nint)pass.Outer * pass.Inner;

    /// <summary>What the results of a pass are reduced to by the next. Means of equally many are averaged again.</summary>
    private static ReductionKind KindOfRest(ReductionKind kind) =>
        kind is ReductionKind.SumOfSquares or ReductionKind.SumOfMagnitudes ? ReductionKind.Sum : kind;

    /// <summary>Neighbouring axes that are all reduced or all kept, as one; axes of extent 1 belong to any.</summary>
    private static List<(int Extent, bool Reduced)> Runs(Shape input, ReadOnlySpan<int> axes)
    {
        var reduced = new bool[input.Rank];
        foreach (int axis in axes)
        {
            if (axis < 0 || axis >= input.Rank || reduced[axis])
                throw new ArgumentOutOfRangeException(nameof(axes), axis, $"The axes of {input} are from 0 to {input.Rank - 1}, each once.");
            reduced[axis] = true;
        }

        var runs = new List<(int Extent, bool Reduced)>();
        for (int axis = 0; axis < input.Rank; axis++)
        {
            if (input[axis] == 1) continue;
            if (runs.Count > 0 && runs[^1].Reduced == reduced[axis]) runs[^1] = (runs[^1].Extent * input[axis], reduced[axis]);
            else runs.Add((input[axis], reduced[axis]));
        }

        return runs;
    }
}
