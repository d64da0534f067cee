using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>The formula of an elementwise function for any float type: one struct for each function.</summary>
/// <typeparam name="TSelf">The struct itself.</typeparam>
public interface IFunctionFormula<TSelf>
    where TSelf : struct, IFunctionFormula<TSelf>
{
    /// <summary>The operator's ONNX name.</summary>
    static abstract string Name { get; }

    /// <summary>The operator set that gave it its present meaning.</summary>
    static abstract int SinceVersion { get; }

    /// <summary>Reads the formula's parameters from a node's attributes; a formula without parameters has nothing to read.</summary>
    static virtual TSelf From(Attributes attributes) => default;

    /// <summary>The value at <paramref name="x"/>.</summary>
    T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Attribute sets beside the defaults that samples must cover.</summary>
    static virtual IEnumerable<Attributes> Variants => [];

    /// <summary>The range of arguments that samples are drawn from.</summary>
    static virtual (float Low, float High) Range => (-4, 4);
}

/// <summary>
/// The formula of an elementwise function with its derivative. The operator and its gradient operator are made of it.
/// </summary>
/// <typeparam name="TSelf">The struct itself.</typeparam>
public interface IUnaryFormula<TSelf> : IFunctionFormula<TSelf>
    where TSelf : struct, IUnaryFormula<TSelf>
{
    /// <summary>Whether the derivative follows from the value alone, so that the argument need not be kept for the way back.</summary>
    static virtual bool IsDerivativeOfValue => false;

    /// <summary>The derivative at <paramref name="x"/>, where the value is <paramref name="y"/>.</summary>
    T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The derivative in ONNX's own operators, for export.</summary>
    Value Derivative(Value x, Value y);
}

/// <summary>An elementwise function that is constant between jumps: its derivative is 0 wherever it has one.</summary>
/// <typeparam name="TFormula">The formula.</typeparam>
public sealed class StepFunction<TFormula> : FloatOperator
    where TFormula : struct, IFunctionFormula<TFormula>
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static StepFunction<TFormula> Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => TFormula.Name;

    /// <inheritdoc/>
    public override int SinceVersion => TFormula.SinceVersion;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var formula = TFormula.From(e.Attributes);
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int i = 0; i < y.Length; i++) y[i] = formula.Apply(x[i]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("numbers", [SampleInput.Uniform(TFormula.Range.Low, TFormula.Range.High, 2, 3, 5)]),
        new("halves", [SampleInput.Given([8], -2.5f, -1.5f, -0.5f, 0, 0.5f, 1.5f, 2.5f, 3)]),
    ];
}

/// <summary>An elementwise function, <c>Y = f(X)</c>.</summary>
/// <typeparam name="TFormula">The formula.</typeparam>
public sealed class Unary<TFormula> : FloatOperator
    where TFormula : struct, IUnaryFormula<TFormula>
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static Unary<TFormula> Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => TFormula.Name;

    /// <inheritdoc/>
    public override int SinceVersion => TFormula.SinceVersion;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var formula = TFormula.From(e.Attributes);
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int i = 0; i < y.Length; i++) y[i] = formula.Apply(x[i]);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) =>
        g.Set(0, g.Builder.Apply(UnaryGrad<TFormula>.Instance, [g.Gradient, TFormula.IsDerivativeOfValue ? null : g.Input(0), g.Output(0)], g.Attributes));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => UnaryGrad<TFormula>.Inputs.Select(s => s with { Inputs = [s.Inputs[1]] });
}

/// <summary>
/// <c>grad.*Grad(dY, X, Y)</c>: <c>dY f'(X)</c>, with the attributes of the forward node. X is left out where the derivative follows from Y.
/// </summary>
/// <typeparam name="TFormula">The formula.</typeparam>
public sealed class UnaryGrad<TFormula> : FloatOperator
    where TFormula : struct, IUnaryFormula<TFormula>
{
    private static readonly Signature s_signature = new([new("dY"), new("X", Optional: true), new("Y")], ["dX"]);

    /// <summary>The operator.</summary>
    public static UnaryGrad<TFormula> Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => TFormula.Name + "Grad";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(2), inference.Input(2).Shape);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var formula = TFormula.From(e.Attributes);
        var dy = e.Read<T>(0);
        var y = e.Read<T>(2);
        var x = e.Has(1) ? e.Read<T>(1) : y;
        var dx = e.Write<T>(0);
        for (int i = 0; i < dx.Length; i++) dx[i] = dy[i] * formula.Derivative(x[i], y[i]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder) =>
        [inputs[0]! * TFormula.From(node.Attributes).Derivative((inputs[1] ?? inputs[2])!, inputs[2]!)];

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        Inputs.Select(s => TFormula.IsDerivativeOfValue ? s with { Inputs = [s.Inputs[0], null, s.Inputs[2]] } : s);

    /// <summary>Cases of (dY, X, Y = f(X)), so that a formula may use X or Y; the forward operator takes their X.</summary>
    internal static IEnumerable<Sample> Inputs => TFormula.Variants.Prepend(Attributes.None).Select((attributes, i) => new Sample(
        i == 0 ? "defaults" : $"attributes {i}", Arguments(TFormula.From(attributes)), attributes));

    private static SampleInput[] Arguments(TFormula formula)
    {
        var x = SampleInput.Uniform(TFormula.Range.Low, TFormula.Range.High, 2, 3,
            5).Make(new CounterRandom(1, TFormula.Name)).AsSpan<float>().ToArray();
        return [SampleInput.Normal(2, 3, 5), SampleInput.Given([2, 3, 5], x), SampleInput.Given([2, 3, 5], Array.ConvertAll(x, formula.Apply))];
    }
}
