using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Movement;
using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>What steps share that are given indices along an axis: the view of their operand, and the check before each run.</summary>
internal abstract unsafe class IndexedStep(Node node, Value whole, int indices, IReadOnlyList<Value> reads)
    : Step(node, IndexedKernel.Name, reads, [node.Outputs[0]!])
{
    private readonly int _indexCount = (int)reads[1].Shape!.ElementCount.Value;

    /// <summary>The operand along its axis.</summary>
    protected IndexedProblem Problem { get; } = ProblemOf(node, whole, indices);

    /// <summary>The axis that indices count along.</summary>
    protected static int AxisOf(Node node, Value whole)
    {
        int axis = (int)node.Attributes.Int("axis", 0);
        return axis < 0 ? axis + whole.Shape!.Rank : axis;
    }

    /// <summary>Throws where an index is outside.</summary>
    /// <exception cref="ShapeException">One is.</exception>
    protected void CheckIndices()
    {
        var indices = new ReadOnlySpan<long>(Read(1), _indexCount);
        foreach (long index in indices)
        {
            if (index < -Problem.Length || index >= Problem.Length)
                throw new ShapeException(Node.Place, $"index {index} is outside -{Problem.Length} to {Problem.Length - 1}.");
        }
    }

    private static IndexedProblem ProblemOf(Node node, Value whole, int indices)
    {
        var shape = whole.Shape!.ToShape();
        int axis = AxisOf(node, whole);
        return new IndexedProblem(shape[..axis].ElementCount, shape[axis], shape[(axis + 1)..].ElementCount, indices);
    }
}

/// <summary>Gather by the kernel for it.</summary>
internal sealed unsafe class GatherStep : IndexedStep
{
    private GatherStep(Node node)
        : base(node, node.Inputs[0]!, (int)node.Inputs[1]!.Shape!.ElementCount.Value, [node.Inputs[0]!, node.Inputs[1]!])
    {
    }

    public static Step? For(Node node, InstructionSet set) => node.Inputs[1]!.ElementType == ElementType.Int64 ? new GatherStep(node) : null;

    public override void Run(byte* workspace, WorkerPool pool)
    {
        CheckIndices();
        IndexedKernel.Gather(Problem, Writes[0].ElementType.Size(), (byte*)Read(0), (long*)Read(1), (byte*)Write(0), pool);
    }
}

/// <summary>The gradient of Gather by the kernel for it.</summary>
internal sealed unsafe class GatherGradientStep : IndexedStep
{
    private GatherGradientStep(Node node)
        : base(node, node.Outputs[0]!, (int)node.Inputs[1]!.Shape!.ElementCount.Value, [node.Inputs[0]!, node.Inputs[1]!])
    {
    }

    public static Step? For(Node node, InstructionSet set) =>
        node.Inputs[1]!.ElementType == ElementType.Int64 && node.Outputs[0]!.ElementType == ElementType.Float32 ? new GatherGradientStep(node) : null;

    public override void Run(byte* workspace, WorkerPool pool)
    {
        CheckIndices();
        IndexedKernel.AddEntries(Problem, Read(0), (long*)Read(1), Write(0), pool);
    }
}

/// <summary>ScatterElements by the kernel for it.</summary>
internal sealed unsafe class ScatterStep : IndexedStep
{
    private readonly bool _adds;

    private ScatterStep(Node node)
        : base(node, node.Inputs[0]!, (int)node.Inputs[1]!.Shape![AxisOf(node, node.Inputs[0]!)].Value, [node.Inputs[0]!, node.Inputs[1]!, node.Inputs[2]!]) =>
        _adds = node.Attributes.String("reduction", "none") == "add";

    public static Step? For(Node node, InstructionSet set)
    {
        if (node.Inputs[0]!.ElementType != ElementType.Float32 || node.Inputs[1]!.ElementType != ElementType.Int64) return null;
        if (node.Attributes.String("reduction", "none") is not ("none" or "add")) return null;

        // The kernel knows indices for every slice along the axis, not for some of them.
        int axis = AxisOf(node, node.Inputs[0]!);
        var (data, indices) = (node.Inputs[0]!.Shape!.ToShape(), node.Inputs[1]!.Shape!.ToShape());
        if (indices.Rank != data.Rank) return null;
        for (int i = 0; i < data.Rank; i++)
        {
            if (i != axis && data[i] != indices[i]) return null;
        }

        return new ScatterStep(node);
    }

    public override bool MayOverwrite(int read, int write) => read == 0;

    public override void Run(byte* workspace, WorkerPool pool)
    {
        CheckIndices();
        IndexedKernel.Scatter(Problem, _adds, Read(0), (long*)Read(1), Read(2), Write(0), pool);
    }
}
