using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>What the translation of an operator sees: a node of known shapes, and the program that it is written to.</summary>
/// <param name="node">The node.</param>
/// <param name="program">The program.</param>
/// <param name="slotOf">The slot of a value that was translated before.</param>
/// <param name="gradients">Where gradients flow.</param>
/// <param name="precision">In which precision floats are computed.</param>
internal sealed class TorchNode(
    Node node, TorchProgram program, Func<Value, TorchSlot> slotOf, GradientFlow gradients, Precision precision)
{
    private readonly TorchSlot?[] _results = new TorchSlot?[node.Outputs.Count];

    /// <summary>The node's attributes.</summary>
    public Attributes Attributes => node.Attributes;

    /// <summary>How many inputs the node has, those left out in the middle included.</summary>
    public int InputCount => node.Inputs.Count;

    /// <summary>How many outputs the node has.</summary>
    public int OutputCount => node.Outputs.Count;

    /// <summary>The results that the translation has set.</summary>
    public IReadOnlyList<TorchSlot?> Results => _results;

    /// <summary>An input that must be there.</summary>
    public TorchSlot this[int input] => slotOf(Input(input));

    /// <summary>All inputs.</summary>
    public TorchSlot[] All() => [.. node.Inputs.OfType<Value>().Select(slotOf)];

    /// <summary>Whether an input is given.</summary>
    public bool Has(int input) => input < node.Inputs.Count && node.Inputs[input] is not null;

    /// <summary>An input, or null where it is left out.</summary>
    public TorchSlot? Optional(int input) => Has(input) ? this[input] : null;

    /// <summary>Whether gradients may be asked for with respect to an input or to what it was computed from.</summary>
    public bool IsDifferentiated(int input) => gradients.ReachInput(Input(input));

    /// <summary>Whether a gradient may come back by way of an output.</summary>
    public bool GetsGradient(int output) => Wants(output) && gradients.ComeBackTo(node.Outputs[output]!);

    /// <summary>Whether an output is read by anybody.</summary>
    public bool Wants(int output) => output < node.Outputs.Count && node.Outputs[output] is not null;

    /// <summary>Sets an output beside the first one.</summary>
    public void Set(int output, TorchSlot slot) => _results[output] = slot;

    /// <summary>The shape of an input.</summary>
    public Shape Shape(int input) => Known(Input(input).Shape);

    /// <summary>The shape of an output.</summary>
    public Shape OutputShape(int output = 0) =>
        Known((node.Outputs[output] ?? throw new InvalidOperationException($"{node.Place}: output {output} is left out.")).Shape);

    /// <summary>The element type of the first output as libtorch has it.</summary>
    public ElementType OutputType => Promoted(node.Outputs[0]!.ElementType);

    /// <summary>The element type of an input as libtorch has it.</summary>
    public ElementType Type(int input) => Promoted(Input(input).ElementType);

    /// <summary>The type in which libtorch has a type of the graph.</summary>
    public ElementType Promoted(ElementType type) => type == ElementType.Float32 && precision == Precision.Float64 ? ElementType.Float64 : type;

    /// <summary>The axis that an attribute names, counted from the front of the first input's.</summary>
    public int Axis(string attribute, long fallback)
    {
        long axis = Attributes.Int(attribute, fallback);
        return (int)(axis < 0 ? axis + Shape(0).Rank : axis);
    }

    /// <summary>The elements of an input that libtorch takes as plain integers.</summary>
    /// <exception cref="UnsupportedModelException">They are only known once the graph runs.</exception>
    public long[] Integers(int input) => Elements(input).ToArray<long>();

    /// <summary>The elements of an input that libtorch takes as plain numbers.</summary>
    /// <exception cref="UnsupportedModelException">They are only known once the graph runs.</exception>
    public double[] Numbers(int input) => Elements(input).ToArray<double>();

    /// <summary>The element of an input that libtorch takes as a plain number.</summary>
    /// <exception cref="UnsupportedModelException">It is only known once the graph runs.</exception>
    public double Number(int input) => Numbers(input)[0];

    /// <summary>Records a call of an operator with one result.</summary>
    public TorchSlot Call(string op, params ReadOnlySpan<TorchArgument> arguments) => program.Call(op, arguments);

    /// <summary>Records a call of an operator with several results.</summary>
    public TorchSlot[] CallMany(string op, int results, params ReadOnlySpan<TorchArgument> arguments) => program.CallMany(op, results, arguments);

    /// <summary>A slot that holds a constant.</summary>
    public TorchSlot Constant(Tensor tensor) => program.Bind(tensor);

    /// <summary>A slot over the same elements in another shape.</summary>
    public TorchSlot Reshape(TorchSlot slot, params long[] extents) => Call("reshape", slot, extents);

    /// <summary>A slot that holds 0, 1, 2 and so on.</summary>
    public TorchSlot Counting(long count) => Call("arange", count, TorchTypes.Code(ElementType.Int64));

    /// <summary>A vector turned along one of the axes of a value of the given rank.</summary>
    public TorchSlot Along(TorchSlot vector, int axis, int rank)
    {
        long[] extents = SpatialWindow.Repeat(1, rank);
        extents[axis] = -1;
        return Reshape(vector, extents);
    }

    /// <summary>A slot of the same elements converted.</summary>
    public TorchSlot Cast(TorchSlot slot, ElementType type) => Call("to.dtype", slot, TorchTypes.Code(Promoted(type)));

    /// <summary>An input of indices in the type in which libtorch takes indices.</summary>
    public TorchSlot Indices(int input) => Type(input) == ElementType.Int64 ? this[input] : Cast(this[input], ElementType.Int64);

    /// <summary>The error of what libtorch, or this translation, cannot do.</summary>
    public UnsupportedModelException Unsupported(string problem) => new(node.Place, $"cannot run on libtorch: {problem}");

    private Tensor Elements(int input) =>
        Constants.Of(Input(input).Fact) ?? throw Unsupported($"input {input} depends on data; libtorch takes it as a constant.");

    private Value Input(int input) => node.Inputs[input] ?? throw new InvalidOperationException($"{node.Place}: input {input} is left out.");

    private Shape Known(SymbolicShape? shape) =>
        shape is { IsKnown: true } ? shape.ToShape(node.Place) : throw Unsupported("a shape is only known once the graph runs.");
}
