using System.Numerics;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>ONNX <c>Relu</c>: max(x, 0). At 0 the derivative is 0.</summary>
public readonly struct Relu : IUnaryFormula<Relu>
{
    /// <inheritdoc/>
    public static string Name => "Relu";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static Relu From(Attributes attributes) => default;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x < T.Zero ? T.Zero : x;

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y > T.Zero ? T.One : T.Zero;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => y.Greater(y.Owner.Scalar(0, y.ElementType)).Cast(y.ElementType);
}

/// <summary>ONNX <c>Sigmoid</c>: 1 / (1 + exp(-x)).</summary>
public readonly struct Sigmoid : IUnaryFormula<Sigmoid>
{
    /// <inheritdoc/>
    public static string Name => "Sigmoid";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static Sigmoid From(Attributes attributes) => default;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y * (T.One - y);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => y * (1 - y);
}

/// <summary>ONNX <c>Tanh</c>.</summary>
public readonly struct Tanh : IUnaryFormula<Tanh>
{
    /// <inheritdoc/>
    public static string Name => "Tanh";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static Tanh From(Attributes attributes) => default;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Tanh(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One - (y * y);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => 1 - (y * y);
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Relu</c>.</summary>
    public static Value Relu(this Value x) => x.Owner.Apply(Unary<Relu>.Instance, [x]);

    /// <summary>ONNX <c>Sigmoid</c>.</summary>
    public static Value Sigmoid(this Value x) => x.Owner.Apply(Unary<Sigmoid>.Instance, [x]);

    /// <summary>ONNX <c>Tanh</c>.</summary>
    public static Value Tanh(this Value x) => x.Owner.Apply(Unary<Tanh>.Instance, [x]);
}
