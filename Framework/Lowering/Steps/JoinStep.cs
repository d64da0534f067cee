using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Movement;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>
/// Concat and Split, plain or blocked. Seen along the axis, the whole is rows that are cut into parts. Where there is one row the parts of a joint value
/// are made in their places, and those of a value that is split are read where they lie: then nothing is copied.
/// </summary>
internal sealed unsafe class JoinStep : Step
{
    private readonly int _rows;
    private readonly nint _wholeRow;
    private readonly nint[] _partRows;

    private JoinStep(Node node, Value whole, IReadOnlyList<Value> parts, int axis, bool joins)
        : base(node, MovementKernel.RowsName, joins ? parts : [whole], joins ? [whole] : parts)
    {
        _rows = RowsBefore(whole, axis);
        _wholeRow = BytesOf(whole) / Math.Max(1, _rows);
        _partRows = [.. parts.Select(p => BytesOf(p) / Math.Max(1, _rows))];
        Joins = joins;
    }

    /// <summary>Whether parts become one value; otherwise one becomes parts.</summary>
    public bool Joins { get; }

    /// <summary>The places of the parts within the whole, in bytes; null where they are not each in one piece.</summary>
    public IReadOnlyList<nint>? Offsets => _rows != 1 ? null : [.. _partRows.Select((_, i) => _partRows.Take(i).Aggregate((nint)0, (a, b) => a + b))];

    public static Step? For(Node node, InstructionSet set)
    {
        bool joins = node.Operator is Concat;
        var whole = joins ? node.Outputs[0]! : node.Inputs[0]!;
        if (!joins && node.Outputs.Any(o => o is null)) return null;
        return new JoinStep(node, whole, joins ? [.. node.Inputs.Select(i => i!)] : [.. node.Outputs.Select(o => o!)], AxisOf(node), joins);
    }

    /// <summary>Whether a node's parts may lie in such blocks: along the channels a part must not end within a block.</summary>
    public static bool FitsBlocks(Node node, Layout layout)
    {
        if (node.Inputs[0]!.Shape!.Rank < 3 || node.Inputs[0]!.ElementType != ElementType.Float32) return false;
        var parts = node.Operator is Concat ? node.Inputs : node.Outputs;
        return AxisOf(node) != 1 || parts.SkipLast(1).All(p => p is not null && p.Shape![1].Value % layout.ChannelBlock == 0);
    }

    public override void Run(byte* workspace, WorkerPool pool)
    {
        byte* place = Joins ? (byte*)Write(0) : (byte*)Read(0);
        for (int i = 0; i < _partRows.Length; i++)
        {
            nint row = _partRows[i];
            byte* part = Joins ? (byte*)Read(i) : (byte*)Write(i);
            if (part != place && Joins) MovementKernel.CopyRows(part, row, place, _wholeRow, _rows, row, pool);
            else if (part != place) MovementKernel.CopyRows(place, _wholeRow, part, row, _rows, row, pool);
            place += row;
        }
    }

    private static int AxisOf(Node node)
    {
        int axis = (int)node.Attributes.Int("axis", 0);
        return axis < 0 ? axis + node.Inputs[0]!.Shape!.Rank : axis;
    }

    // Blocks of channels take the place of channels; the block itself is the innermost axis.
    private static int RowsBefore(Value whole, int axis)
    {
        var shape = whole.Shape!.ToShape(whole.Name);
        int rows = shape[..axis].ElementCount, block = whole.Layout.ChannelBlock;
        return block == 0 || axis < 2 ? rows : rows / shape[1] * ((shape[1] + block - 1) / block);
    }

    private static nint BytesOf(Value value) => (nint)Blocks.ElementCount(value) * value.ElementType.Size();
}
