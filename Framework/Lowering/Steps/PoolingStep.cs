using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Pooling;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;
using Window = Framework.Operators.Window;

namespace Framework.Lowering.Steps;

/// <summary>Pooling by the pooling kernels, plain or blocked.</summary>
internal sealed unsafe class PoolingStep : Step
{
    private readonly PoolingProblem _problem;
    private readonly PoolingKernel _kernel;
    private readonly bool _writesIndices;

    private PoolingStep(Node node, PoolingProblem problem, PoolingKernel kernel)
        : base(node, kernel.Name, [node.Inputs[0]!], [.. node.Outputs.OfType<Value>()])
    {
        _problem = problem;
        _kernel = kernel;
        _writesIndices = node.Operator is MaxPool && node.Outputs.Count > 1;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        if (ProblemOf(node, node.Inputs[0]!, node.Outputs[0]!) is not { } problem) return null;
        var kernel = PoolingKernels.List.Select(problem, set);
        return new PoolingStep(node, problem, kernel) { Refusals = Passed.Over(PoolingKernels.List, kernel, problem, set) };
    }

    public override nint WorkspaceBytes(int threads) => _writesIndices ? _problem.ArgmaxBytes : 0;

    public override void Run(byte* workspace, WorkerPool pool)
    {
        byte* places = Writes.Count < 2 ? null : _writesIndices ? workspace : (byte*)Write(1);
        _kernel.Run(_problem, Read(0), Write(0), places, pool);
        if (_writesIndices) MaxPoolIndices.Write(_problem, places, (long*)Write(1), Node.Attributes.Int("storage_order", 0) != 0, pool);
    }

    /// <summary>The pooling of one value to another, by the node's attributes; null where no kernel takes it.</summary>
    internal static PoolingProblem? ProblemOf(Node node, Value input, Value output)
    {
        if (input.ElementType != ElementType.Float32 || input.Shape!.Rank is < 3 or > 5) return null;
        if (input.Shape.ElementCount == 0 || output.Shape!.ElementCount == 0) return null;
        var (x, y) = (input.Shape.ToShape(), output.Shape.ToShape());
        bool whole = node.Operator is GlobalAveragePool or GlobalMaxPool;
        int[] kernel = whole ? x.Extents[2..].ToArray() : Array.ConvertAll(node.Attributes.Ints("kernel_shape")!, k => (int)k);
        var window = Window.Of(node.Attributes, x.Extents[2..], kernel, y.Extents[2..]);
        var axes = new PoolingAxis[window.Rank];
        for (int i = 0; i < axes.Length; i++)
            axes[i] = new PoolingAxis(x[2 + i], y[2 + i], kernel[i], window.Strides[i], window.Dilations[i], window.PadsBegin[i], window.PadsEnd[i]);
        var kind = node.Operator switch
        {
            AveragePool or AveragePoolGrad => node.Attributes.Int("count_include_pad", 0) != 0 ? PoolingKind.AverageWithPadding : PoolingKind.Average,
            GlobalAveragePool => PoolingKind.Average,
            _ => PoolingKind.Max,
        };
        var layout = input.Layout;
        int lanes = Math.Max(1, layout.IsOfImages ? layout.ImageBlock : layout.ChannelBlock);
        int planes = layout.IsOfImages ? x[0] / lanes * x[1] : x[0] * ((x[1] + lanes - 1) / lanes);
        return new PoolingProblem(
            kind, planes, lanes, axes.Length > 1 ? axes[^2] : PoolingAxis.None, axes[^1], axes.Length > 2 ? axes[0] : null);
    }
}

/// <summary>The gradient of pooling by the pooling gradient kernels, plain or blocked.</summary>
internal sealed unsafe class PoolingGradientStep : Step
{
    private readonly PoolingProblem _problem;
    private readonly PoolingGradientKernel _kernel;

    private PoolingGradientStep(Node node, PoolingProblem problem, PoolingGradientKernel kernel, IReadOnlyList<Value> reads)
        : base(node, kernel.Name, reads, [node.Outputs[0]!])
    {
        _problem = problem;
        _kernel = kernel;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        if (PoolingStep.ProblemOf(node, node.Outputs[0]!, node.Inputs[0]!) is not { } problem) return null;
        var kernel = PoolingGradientKernels.List.Select(problem, set);
        Value[] reads = node.Operator is MaxPoolCompactGrad ? [node.Inputs[0]!, node.Inputs[1]!] : [node.Inputs[0]!];
        return new PoolingGradientStep(node, problem, kernel, reads) { Refusals = Passed.Over(PoolingGradientKernels.List, kernel, problem, set) };
    }

    public override void Run(byte* workspace, WorkerPool pool) =>
        _kernel.Run(_problem, Read(0), Reads.Count > 1 ? (byte*)Read(1) : null, Write(0), pool);
}
