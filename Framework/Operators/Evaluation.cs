using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>In which precision floats are evaluated.</summary>
public enum Precision
{
    /// <summary>In the type that the graph says.</summary>
    Native,

    /// <summary>Float32 values are float64 throughout: the oracle.</summary>
    Float64,
}

/// <summary>One plain evaluation of a node: tensors in, tensors out.</summary>
public sealed class Evaluation
{
    private readonly Operator _operator;
    private readonly IReadOnlyList<Tensor?> _inputs;
    private readonly Tensor?[] _outputs;
    private readonly Precision _precision;
    private readonly MemoryMeter? _meter;
    private Fact[]? _facts;

    private Evaluation(Operator op, string place, Attributes attributes, IReadOnlyList<Tensor?> inputs, Tensor?[] outputs, Precision precision, MemoryMeter? meter)
    {
        _meter = meter;
        _operator = op;
        Place = place;
        Attributes = attributes;
        _inputs = inputs;
        _outputs = outputs;
        _precision = precision;
    }

    /// <summary>How messages name the node.</summary>
    public string Place { get; }

    /// <summary>The node's attributes.</summary>
    public Attributes Attributes { get; }

    /// <summary>How many inputs the node has, those left out in the middle included.</summary>
    public int InputCount => _inputs.Count;

    /// <summary>How many outputs the node has.</summary>
    public int OutputCount => _outputs.Length;

    private Fact[] Facts =>
        _facts ??= Inference.Run(_operator, Place, Attributes, [.. _inputs.Select(i => i is null ? null : Fact.Of(i))], _outputs.Length, fold: false);

    /// <summary>Whether an input is given.</summary>
    public bool Has(int input) => input < _inputs.Count && _inputs[input] is not null;

    /// <summary>An input that must be there.</summary>
    public Tensor Input(int input) => _inputs[input] ?? throw new InvalidOperationException($"{Place}: input {input} is left out.");

    /// <summary>The elements of an input.</summary>
    public ReadOnlySpan<T> Read<T>(int input)
        where T : unmanaged
    {
        var tensor = Input(input);
        return tensor.ElementType == ElementTypes.Of<T>()
            ? tensor.AsSpan<T>()
            : throw new ShapeException(Place, $"its input {input} is {tensor}; {ElementTypes.Of<T>()} fits the others.");
    }

    /// <summary>The output's tensor, made with the type and shape that inference gives on first use.</summary>
    public Tensor Output(int output)
    {
        if (_outputs[output] is { } made) return made;
        var fact = Facts[output];
        if (fact.Shape is not { IsKnown: true } shape)
            throw new ShapeException(Place, $"its operands {string.Join(", ", _inputs.Select(i => i?.ToString() ?? "(none)"))} do not say the shape of its output {output}.");
        var type = Promoted(fact.ElementType);
        _meter?.Take(shape.ElementCount.Value * type.Size(), Place);
        return _outputs[output] = new Tensor(type, shape.ToShape(Place));
    }

    /// <summary>The elements of an output.</summary>
    public Span<T> Write<T>(int output)
        where T : unmanaged => Output(output).AsSpan<T>();

    /// <summary>Gives an output's tensor as a whole, where its shape depends on data or it shares an input's memory.</summary>
    public void Set(int output, Tensor tensor)
    {
        if (output < _outputs.Length) _outputs[output] = tensor;
    }

    /// <summary>The type in which a float of the graph is evaluated.</summary>
    public ElementType Promoted(ElementType type) => type == ElementType.Float32 && _precision == Precision.Float64 ? ElementType.Float64 : type;

    /// <summary>Applies an operator without attributes to an output, and further operands.</summary>
    internal void Apply(Operator op, int output, params ReadOnlySpan<Tensor> further) =>
        Run(op, Place, Attributes.None, [Output(output), .. further], 1, _precision)[0]!.CopyTo(Output(output));

    /// <summary>The same node over other inputs.</summary>
    internal Tensor?[] With(IReadOnlyList<Tensor?> inputs) => Run(_operator, Place, Attributes, inputs, _outputs.Length, _precision);

    /// <summary>Counts the memory of what is kept from one run of a body to the next.</summary>
    internal void Hold(Tensor kept) => _meter?.Take(kept.ByteCount, Place);

    /// <summary>Evaluates a graph that an attribute holds, in the same precision.</summary>
    internal IReadOnlyList<Tensor> RunBody(Graph body, IReadOnlyList<Tensor> inputs)
    {
        long before = _meter?.Taken ?? 0;
        var values = new Dictionary<Value, Tensor>();
        foreach (var initializer in body.Initializers) values[initializer.Value] = initializer.Data.To(Promoted(initializer.Data.ElementType));
        for (int i = 0; i < inputs.Count; i++) values[body.Inputs[i]] = inputs[i];
        foreach (var node in body.Nodes)
        {
            var results = Run(node.Operator, node.Place, node.Attributes, [.. node.Inputs.Select(v => v is null ? null : values[v])], node.Outputs.Count, _precision, _meter);
            for (int i = 0; i < results.Length; i++)
            {
                if (node.Outputs[i] is { } output) values[output] = results[i] ?? throw new InvalidOperationException($"{node.Place} did not make its output {i}.");
            }
        }

        _meter?.ReturnTo(before);
        return [.. body.Outputs.Select(o => values[o])];
    }

    /// <summary>Evaluates the node with its inputs of a half-precision type widened to float, and narrows what it yields.</summary>
    internal void RunWidened(ElementType type)
    {
        var inputs = new Tensor?[InputCount];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (Has(i)) inputs[i] = Input(i).ElementType == type ? Input(i).To(ElementType.Float32) : Input(i);
        }

        var outputs = Run(_operator, Place, Attributes, inputs, _outputs.Length, Precision.Native, _meter);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] is not { } output) continue;
            Set(i, Facts[i].ElementType == ElementType.Undefined ? output : output.To(Facts[i].ElementType));
        }
    }

    /// <summary>Evaluates a node.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="place">How messages name the node.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <param name="inputs">Its inputs; null for those that are left out.</param>
    /// <param name="outputCount">How many outputs it has.</param>
    /// <param name="precision">In which precision floats are evaluated; for <see cref="Precision.Float64"/> they are float64 already.</param>
    /// <param name="meter">What memory is counted against; null for nothing.</param>
    /// <returns>The outputs; null where the operator makes none of a number.</returns>
    /// <exception cref="FrameworkException">The inputs do not fit the operator.</exception>
    public static Tensor?[] Run(
        Operator op, string place, Attributes attributes, IReadOnlyList<Tensor?> inputs, int outputCount, Precision precision, MemoryMeter? meter = null)
    {
        var outputs = new Tensor?[outputCount];
        Run(op, place, attributes, inputs, outputs, precision, meter);
        return outputs;
    }

    /// <summary>Evaluates into tensors that are given; a null entry is made.</summary>
    internal static void Run(Operator op, string place, Attributes attributes, IReadOnlyList<Tensor?> inputs, Tensor?[] outputs, Precision precision, MemoryMeter? meter = null)
    {
        try
        {
            // Whatever rule inference has, it holds before an element is read.
            var evaluation = new Evaluation(op, place, attributes, inputs, outputs, precision, meter);
            _ = evaluation.Facts;
            op.Evaluate(evaluation);
        }
        catch (ArithmeticException e)
        {
            throw new DataFormatException(place, "divides an integer by zero, or its integers overflow.", null, e);
        }
    }
}
