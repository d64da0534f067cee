using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Elementwise;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>
/// Elementwise operators, alone or in chains, by the elementwise kernels; those of gradients read of their operands only what their formula needs.
/// </summary>
internal sealed unsafe class ElementwiseStep : Step
{
    private readonly ElementwiseProblem _problem;
    private readonly ElementwiseKernel _kernel;

    private ElementwiseStep(Node node, ElementwiseProblem problem, ElementwiseKernel kernel, IReadOnlyList<Value> reads)
        : base(node, kernel.Name, reads, [.. node.Outputs.Select(o => o!)])
    {
        _problem = problem;
        _kernel = kernel;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        if (!Takes(node)) return null;
        Value[] reads = [.. OperandsOf(node).Select(o => node.Inputs[o]!)];
        var problem = ElementwiseProblem.Broadcast(ProgramOf(node, reads), InMemory(node.Outputs[0]!), [.. reads.Select(InMemory)]);
        return new ElementwiseStep(node, problem, ElementwiseKernels.List.Select(problem, set), reads);
    }

    /// <summary>Whether the step computes a node: operator, element types, some element.</summary>
    public static bool Takes(Node node) =>
        NodesOf(node).All(n => ElementwiseForm.Of(n) is not null)
        && OperandsOf(node).Select(o => node.Inputs[o]!).Concat(node.Outputs).All(v => v!.ElementType is ElementType.Float32 or ElementType.Bool)
        && node.Outputs[0]!.Shape!.ElementCount.Value > 0;

    /// <summary>The node's inputs that are read.</summary>
    public static IReadOnlyList<int> OperandsOf(Node node) =>
        node.Operator is ElementwiseChain ? [.. Enumerable.Range(0, node.Inputs.Count)] : ElementwiseForm.Of(node)!.OperandsOf(node);

    /// <summary>Whether zeros of tensors give zero, so that the padding of channel blocks stays as it must.</summary>
    public static bool KeepsZero(Node node) => NodesOf(node).All(n =>
    {
        var form = ElementwiseForm.Of(n)!;
        return form.KeepsZero && (form.Operation == ElementwiseOperation.Multiply || form.OperandsOf(n).All(o => n.Inputs[o]!.Shape!.ElementCount != 1));
    });

    public override bool MayOverwrite(int read, int write) => _problem.MayOverwrite(read, write);

    public override void Run(byte* workspace, WorkerPool pool)
    {
        nint* inputs = stackalloc nint[Reads.Count], outputs = stackalloc nint[Writes.Count];
        for (int i = 0; i < Reads.Count; i++) inputs[i] = (nint)Read(i);
        for (int i = 0; i < Writes.Count; i++) outputs[i] = (nint)Write(i);
        _kernel.Run(_problem, new ReadOnlySpan<nint>(inputs, Reads.Count), new ReadOnlySpan<nint>(outputs, Writes.Count), pool);
    }

    private static IReadOnlyList<Node> NodesOf(Node node) => node.Operator is ElementwiseChain ? ElementwiseChain.BodyOf(node.Attributes).Nodes : [node];

    private static ElementwiseProgram ProgramOf(Node node, Value[] reads)
    {
        var builder = new ElementwiseBuilder();
        var known = new Dictionary<Value, ElementwiseValue>();
        var body = node.Operator is ElementwiseChain ? ElementwiseChain.BodyOf(node.Attributes) : null;
        ElementwiseValue[] inputs = [.. reads.Select(r => builder.Input(TypeOf(r)))];
        if (body is null)
        {
            builder.Output(Apply(node, inputs), TypeOf(node.Outputs[0]!));
            return builder.Build();
        }

        for (int i = 0; i < inputs.Length; i++) known.Add(body.Inputs[i], inputs[i]);
        foreach (var part in body.Nodes) known.Add(part.Outputs[0]!, Apply(part, [.. OperandsOf(part).Select(o => known[part.Inputs[o]!])]));
        foreach (var output in body.Outputs) builder.Output(known[output], TypeOf(output));
        return builder.Build();

        ElementwiseValue Apply(Node part, ElementwiseValue[] operands)
        {
            var form = ElementwiseForm.Of(part)!;
            var (alpha, beta) = form.Parameters?.Invoke(part.Attributes) ?? (0, 0);
            return form.Compose?.Invoke(builder, form, operands, part) ?? builder.Apply(form.Operation, operands, alpha, beta);
        }
    }

    private static ElementwiseType TypeOf(Value value) => value.ElementType == ElementType.Bool ? ElementwiseType.Boolean : ElementwiseType.Float;

    // Of operands in blocks of channels the layout pass has seen to it that they broadcast block by block; of those in blocks of images, that all have one shape.
    private static Shape InMemory(Value value)
    {
        var shape = value.Shape!.ToShape(value.Name);
        if (shape.ElementCount == 1) return Shape.Scalar;
        int block = value.Layout.ChannelBlock;
        return block == 0 ? shape : [shape[0], (shape[1] + block - 1) / block, shape[2..].ElementCount, block];
    }
}
