using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>One act of shape inference: facts of the inputs in, facts of the outputs out.</summary>
public sealed class Inference
{
    // Above this a constant result is not computed while wiring: shapes, axes and indices are small.
    private const int LargestFolded = 1024;

    // Axes, extents and sizes are few, and so are a value's axes; a file that has more would have every rule go through them again and again.
    private const int MostIntegers = 4096;
    private const int LargestRank = 64;

    private readonly IReadOnlyList<Fact?> _inputs;
    private readonly Fact?[] _outputs;

    private Inference(string place, Attributes attributes, IReadOnlyList<Fact?> inputs, int outputCount)
    {
        Place = place;
        Attributes = attributes;
        _inputs = inputs;
        _outputs = new Fact?[outputCount];
    }

    /// <summary>How messages name the node.</summary>
    public string Place { get; }

    /// <summary>The node's attributes.</summary>
    public Attributes Attributes { get; }

    /// <summary>How many inputs the node has, those left out in the middle included.</summary>
    public int InputCount => _inputs.Count;

    /// <summary>How many outputs the node has.</summary>
    public int OutputCount => _outputs.Length;

    /// <summary>Whether an input is given.</summary>
    public bool Has(int input) => input < _inputs.Count && _inputs[input] is not null;

    /// <summary>What is known of an input that must be there.</summary>
    public Fact Input(int input) => _inputs[input] ?? throw new InvalidOperationException($"{Place}: input {input} is left out.");

    /// <summary>The element type of an input.</summary>
    public ElementType TypeOf(int input) => Input(input).ElementType;

    /// <summary>The shape of an input. Where it is unknown inference ends here, and the outputs' shapes stay unknown too.</summary>
    public SymbolicShape ShapeOf(int input) => Input(input).Shape ?? throw new UnknownShape();

    /// <summary>The elements of an input that must be known for the shape to follow; unknown, inference ends here.</summary>
    public IReadOnlyList<Dimension> ExtentsOf(int input) => Input(input).Extents ?? throw new UnknownShape();

    /// <summary>The elements of an input as integers that must be known for the shape to follow; unknown, inference ends here.</summary>
    /// <exception cref="ShapeException">They are too many to be axes or extents.</exception>
    public long[] IntegersOf(int input)
    {
        if (Input(input).Constant is { } constant)
        {
            if (constant.Count > MostIntegers) throw Fail($"{constant.Count} numbers are given; at most {MostIntegers} are axes, extents or sizes.");
            return constant.ToArray<long>();
        }

        return Input(input).Extents is { } extents && extents.All(e => e.IsKnown) ? [.. extents.Select(e => e.Value)] : throw new UnknownShape();
    }

    /// <summary>Ends inference: the outputs' shapes stay unknown.</summary>
    public static Exception Unknown() => new UnknownShape();

    /// <summary>States an output. Stated without a shape first, its type is kept where the shape cannot follow.</summary>
    public void Output(int output, ElementType type, SymbolicShape? shape = null, IReadOnlyList<Dimension>? extents = null)
    {
        if (output < _outputs.Length) _outputs[output] = new Fact(type, shape) { Extents = extents };
    }

    /// <summary>States an output that is a constant.</summary>
    public void Output(int output, Tensor constant) => _outputs[output] = Fact.Of(constant);

    /// <summary>The error of operands that break a rule.</summary>
    /// <param name="problem">What was found and the rule.</param>
    /// <param name="remedy">What would be right.</param>
    public ShapeException Fail(string problem, string? remedy = null) => new(Place, problem, remedy);

    /// <summary>The axis counted from the front.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int Axis(long axis, int rank)
    {
        if (axis < -rank || axis >= rank) throw Fail($"axis {axis} is outside -{rank} to {rank - 1}, the axes of a value of rank {rank}.");
        return (int)(axis < 0 ? axis + rank : axis);
    }

    internal static Fact[] Run(Operator op, string place, Attributes attributes, IReadOnlyList<Fact?> inputs, int outputCount, bool fold = true)
    {
        var inference = new Inference(place, attributes, inputs, outputCount);
        try
        {
            op.Infer(inference);
        }
        catch (UnknownShape)
        {
            // What the operator stated before it met the unknown shape stands.
        }
        catch (OverflowException e)
        {
            throw new ShapeException(place, "extents overflow 64 bits.", null, e);
        }

        for (int i = 0; i < outputCount; i++)
        {
            var fact = inference._outputs[i] ??= new Fact(ElementType.Undefined, null);
            if (fact.Shape?.Rank > LargestRank) throw inference.Fail($"makes a value of {fact.Shape.Rank} axes; at most {LargestRank} are possible.");
        }

        if (fold) inference.Fold(op);
        return inference._outputs!;
    }

    // Shape arithmetic over constants becomes a constant fact, so that a target shape computed by a few nodes is known.
    private void Fold(Operator op)
    {
        if (op.Domain != Domains.Onnx || _inputs.Count == 0 || _inputs.Any(i => i is not null && i.Constant is null)) return;
        if (_outputs.Any(o => o!.Shape is not { IsKnown: true } s || s.ElementCount.Value > LargestFolded || !o.ElementType.IsInteger())) return;
        if (_inputs.Any(i => i?.Constant is { Count: > LargestFolded })) return;
        var results = Evaluation.Run(op, Place, Attributes, [.. _inputs.Select(i => i?.Constant)], _outputs.Length, Precision.Native);
        for (int i = 0; i < results.Length; i++) _outputs[i] = Fact.Of(results[i]!);
    }

    private sealed class UnknownShape : Exception;
}
