using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>The honest fall-back: the operator's plain evaluation, over the plan's memory. Slow, and it allocates; the plan names it.</summary>
internal sealed unsafe class ReferenceStep : Step
{
    public ReferenceStep(Node node)
        : base(node, "Reference", [.. node.Inputs.OfType<Value>()], [.. node.Outputs.OfType<Value>()])
    {
        if (Reads.Concat(Writes).FirstOrDefault(v => !v.Layout.IsPlain) is { } blocked)
            throw new UnsupportedModelException(node.Place, $"no kernel reads '{blocked.Name}' in the layout {blocked.Layout}.");
    }

    public override bool IsFallback => true;

    public override void Run(byte* workspace, WorkerPool pool)
    {
        int read = 0, write = 0;
        var inputs = Node.Inputs.Select(i => i is null ? null : View(i, (byte*)Read(read++))).ToArray();
        var outputs = Node.Outputs.Select(o => o is null ? null : View(o, (byte*)Write(write++))).ToArray();
        foreach (var output in outputs) output?.AsBytes().Clear();
        var results = (Tensor?[])outputs.Clone();
        Evaluation.Run(Node.Operator, Node.Place, Node.Attributes, inputs, results, Precision.Native);
        for (int i = 0; i < results.Length; i++)
        {
            if (outputs[i] is { } place && results[i] is { } result && result != place) result.CopyTo(place);
        }
    }

    private Tensor View(Value value, byte* address)
    {
        var shape = value.Shape!.ToShape(value.Name);
        return new Tensor(value.ElementType, shape, new ForeignStorage(address, (nint)shape.ElementCount * value.ElementType.Size(), this), 0);
    }
}
