using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Movement;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>
/// Slices, paddings, transpositions and their like, plain or blocked. Where elements go is found once, by letting the operator move their numbers;
/// a run only moves what the map says.
/// </summary>
internal sealed unsafe class MovementStep : Step
{
    private readonly MovementMap _map;
    private readonly int _elementBytes;
    private readonly bool _isFilled;

    private MovementStep(Node node, MovementMap map, Value? fill)
        : base(node, MovementKernel.Name, fill is null ? [node.Inputs[0]!] : [node.Inputs[0]!, fill], [node.Outputs[0]!])
    {
        _map = map;
        _elementBytes = node.Outputs[0]!.ElementType.Size();
        _isFilled = fill is not null;
    }

    /// <summary>Whether the step takes a node: everything but the elements themselves must be known.</summary>
    public static bool Takes(Node node)
    {
        for (int i = 1; i < node.Inputs.Count; i++)
        {
            if (node.Inputs[i] is { Fact.Constant: null } && !(i == FillOf(node))) return false;
        }

        return node.Outputs[0]!.Shape!.ElementCount.Value > 0 && node.Inputs[0]!.Shape!.ElementCount.Value > 0;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        if (!Takes(node)) return null;
        var fill = FillOf(node) is > 0 and var input && input < node.Inputs.Count ? node.Inputs[input] : null;
        return new MovementStep(node, new MovementMap(Sources(node)), fill);
    }

    public override void Run(byte* workspace, WorkerPool pool) =>
        MovementKernel.Run(_map, _elementBytes, Read(0), Write(0), _isFilled ? Read(1) : null, pool);

    // The input that holds what elements without a source are; -1 where there is none.
    private static int FillOf(Node node) => node.Operator is Pad ? 2 : -1;

    private static int[] Sources(Node node)
    {
        var (x, y) = (node.Inputs[0]!, node.Outputs[0]!);
        var shape = x.Shape!.ToShape(x.Name);

        // Numbers from 1 on, since what the operator fills in is 0.
        var numbers = Tensor.From([.. Enumerable.Range(1, shape.ElementCount)], shape);
        var operands = node.Inputs.Select((input, i) => i == 0 ? numbers : i == FillOf(node) ? null : input?.Fact.Constant).ToArray();
        var moved = Evaluation.Run(node.Operator, node.Place, node.Attributes, operands, 1, Precision.Native)[0]!.ToArray<int>();
        int[] places = BlockedPlaces.Of(x);
        var sources = new int[Blocks.ElementCount(y)];
        Array.Fill(sources, MovementMap.Filled);
        int[] targets = BlockedPlaces.Of(y);
        for (int i = 0; i < moved.Length; i++) sources[targets[i]] = moved[i] == 0 ? MovementMap.Filled : places[moved[i] - 1];
        return sources;
    }
}
