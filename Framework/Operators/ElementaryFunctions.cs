using System.Numerics;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>ONNX <c>Exp</c>.</summary>
public readonly struct Exp : IUnaryFormula<Exp>
{
    /// <inheritdoc/>
    public static string Name => "Exp";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static Exp From(Attributes attributes) => default;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Exp(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => y;
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Exp</c>.</summary>
    public static Value Exp(this Value x) => x.Owner.Apply(Unary<Exp>.Instance, [x]);
}
