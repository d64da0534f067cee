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
    public static bool IsDerivativeOfValue => true;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x < T.Zero ? T.Zero : x;

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y > T.Zero ? T.One : T.Zero;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => y.Greater(y.Number(0)).Cast(y.ElementType);
}

/// <summary>ONNX <c>LeakyRelu</c>: x, or <c>alpha</c> x below 0.</summary>
public readonly struct LeakyRelu(float alpha) : IUnaryFormula<LeakyRelu>
{
    /// <inheritdoc/>
    public static string Name => "LeakyRelu";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static LeakyRelu From(Attributes attributes) => new(attributes.Float("alpha", 0.01f));

    /// <inheritdoc/>
    public static IEnumerable<Attributes> Variants => [new Attributes { ["alpha"] = 0.125f }];

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x < T.Zero ? x * T.CreateChecked(alpha) : x;

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => x < T.Zero ? T.CreateChecked(alpha) : T.One;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Less(x.Number(0)).Where(x.Number(alpha), x.Number(1));
}

/// <summary>ONNX <c>ThresholdedRelu</c>: x above <c>alpha</c>, 0 elsewhere.</summary>
public readonly struct ThresholdedRelu(float alpha) : IUnaryFormula<ThresholdedRelu>
{
    /// <inheritdoc/>
    public static string Name => "ThresholdedRelu";

    /// <inheritdoc/>
    public static int SinceVersion => 10;

    /// <inheritdoc/>
    public static ThresholdedRelu From(Attributes attributes) => new(attributes.Float("alpha", 1));

    /// <inheritdoc/>
    public static IEnumerable<Attributes> Variants => [new Attributes { ["alpha"] = -0.5f }];

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.CreateChecked(alpha) ? x : T.Zero;

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.CreateChecked(alpha) ? T.One : T.Zero;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Greater(x.Number(alpha)).Cast(x.ElementType);
}

/// <summary>ONNX <c>Shrink</c>: x + <c>bias</c> below -<c>lambd</c>, x - <c>bias</c> above <c>lambd</c>, 0 between.</summary>
public readonly struct Shrink(float lambda, float bias) : IUnaryFormula<Shrink>
{
    /// <inheritdoc/>
    public static string Name => "Shrink";

    /// <inheritdoc/>
    public static int SinceVersion => 9;

    /// <inheritdoc/>
    public static Shrink From(Attributes attributes) => new(attributes.Float("lambd", 0.5f), attributes.Float("bias", 0));

    /// <inheritdoc/>
    public static IEnumerable<Attributes> Variants => [new Attributes { ["lambd"] = 1.5f, ["bias"] = 0.75f }];

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        T.Abs(x) <= T.CreateChecked(lambda) ? T.Zero : x < T.Zero ? x + T.CreateChecked(bias) : x - T.CreateChecked(bias);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Abs(x) <= T.CreateChecked(lambda) ? T.Zero : T.One;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Abs().Greater(x.Number(lambda)).Cast(x.ElementType);
}

/// <summary>ONNX <c>Elu</c>: x, or <c>alpha</c> (exp(x) - 1) below 0.</summary>
public readonly struct Elu(float alpha) : IUnaryFormula<Elu>
{
    /// <inheritdoc/>
    public static string Name => "Elu";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static Elu From(Attributes attributes) => new(attributes.Float("alpha", 1));

    /// <inheritdoc/>
    public static IEnumerable<Attributes> Variants => [new Attributes { ["alpha"] = 0.5f }];

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x < T.Zero ? T.CreateChecked(alpha) * T.ExpM1(x) : x;

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => x < T.Zero ? y + T.CreateChecked(alpha) : T.One;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Less(x.Number(0)).Where(y + alpha, x.Number(1));
}

/// <summary>ONNX <c>Celu</c>: x, or <c>alpha</c> (exp(x / alpha) - 1) below 0.</summary>
public readonly struct Celu(float alpha) : IUnaryFormula<Celu>
{
    /// <inheritdoc/>
    public static string Name => "Celu";

    /// <inheritdoc/>
    public static int SinceVersion => 12;

    /// <inheritdoc/>
    public static Celu From(Attributes attributes) => new(attributes.Float("alpha", 1));

    /// <inheritdoc/>
    public static IEnumerable<Attributes> Variants => [new Attributes { ["alpha"] = 2f }];

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x < T.Zero ? T.CreateChecked(alpha) * T.ExpM1(x / T.CreateChecked(alpha)) : x;

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => x < T.Zero ? T.Exp(x / T.CreateChecked(alpha)) : T.One;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Less(x.Number(0)).Where((x / alpha).Exp(), x.Number(1));
}

/// <summary>ONNX <c>Selu</c>: <c>gamma</c> x, or <c>gamma</c> <c>alpha</c> (exp(x) - 1) up to 0 (Klambauer et al. 2017).</summary>
public readonly struct Selu(float alpha, float gamma) : IUnaryFormula<Selu>
{
    /// <inheritdoc/>
    public static string Name => "Selu";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static Selu From(Attributes attributes) => new(attributes.Float("alpha", 1.67326319f), attributes.Float("gamma", 1.05070102f));

    /// <inheritdoc/>
    public static IEnumerable<Attributes> Variants => [new Attributes { ["alpha"] = 2f, ["gamma"] = 3f }];

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.CreateChecked(gamma) * (x > T.Zero ? x : T.CreateChecked(alpha) * T.ExpM1(x));

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.CreateChecked(gamma) * (x > T.Zero ? T.One : T.CreateChecked(alpha) * T.Exp(x));

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Greater(x.Number(0)).Where(x.Number(1), x.Exp() * alpha) * gamma;
}

/// <summary>ONNX <c>Sigmoid</c>: 1 / (1 + exp(-x)).</summary>
public readonly struct Sigmoid : IUnaryFormula<Sigmoid>
{
    /// <inheritdoc/>
    public static string Name => "Sigmoid";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static bool IsDerivativeOfValue => true;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y * (T.One - y);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => y * (1 - y);
}

/// <summary>ONNX <c>HardSigmoid</c>: <c>alpha</c> x + <c>beta</c>, cut off at 0 and 1.</summary>
public readonly struct HardSigmoid(float alpha, float beta) : IUnaryFormula<HardSigmoid>
{
    /// <inheritdoc/>
    public static string Name => "HardSigmoid";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static HardSigmoid From(Attributes attributes) => new(attributes.Float("alpha", 0.2f), attributes.Float("beta", 0.5f));

    /// <inheritdoc/>
    public static IEnumerable<Attributes> Variants => [new Attributes { ["alpha"] = 0.5f, ["beta"] = 0.25f }];

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Clamp((T.CreateChecked(alpha) * x) + T.CreateChecked(beta), T.Zero, T.One);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y > T.Zero && y < T.One ? T.CreateChecked(alpha) : T.Zero;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => y.Greater(y.Number(0)).And(y.Less(y.Number(1))).Where(y.Number(alpha), y.Number(0));
}

/// <summary>ONNX <c>HardSwish</c>: x max(0, min(1, x / 6 + 1 / 2)).</summary>
public readonly struct HardSwish : IUnaryFormula<HardSwish>
{
    /// <inheritdoc/>
    public static string Name => "HardSwish";

    /// <inheritdoc/>
    public static int SinceVersion => 14;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x * T.Clamp((x / T.CreateChecked(6)) + T.CreateChecked(0.5), T.Zero, T.One);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> =>
            T.Abs(x) < T.CreateChecked(3) ? (x + x + T.CreateChecked(3)) / T.CreateChecked(6) : x > T.Zero ? T.One : T.Zero;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Abs().Less(x.Number(3)).Where((x + x + 3) / 6, x.Greater(x.Number(0)).Cast(x.ElementType));
}

/// <summary>ONNX <c>Swish</c>: x sigmoid(<c>alpha</c> x); with alpha 1 the SiLU.</summary>
public readonly struct Swish(float alpha) : IUnaryFormula<Swish>
{
    /// <inheritdoc/>
    public static string Name => "Swish";

    /// <inheritdoc/>
    public static int SinceVersion => 24;

    /// <inheritdoc/>
    public static Swish From(Attributes attributes) => new(attributes.Float("alpha", 1));

    /// <inheritdoc/>
    public static IEnumerable<Attributes> Variants => [new Attributes { ["alpha"] = 1.5f }];

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x / (T.One + T.Exp(-T.CreateChecked(alpha) * x));

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var gate = T.One / (T.One + T.Exp(-T.CreateChecked(alpha) * x));
        return gate * (T.One + (T.CreateChecked(alpha) * x * (T.One - gate)));
    }

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y)
    {
        var gate = (x * alpha).Sigmoid();
        return gate * ((x * alpha * (1 - gate)) + 1);
    }
}

/// <summary>ONNX <c>Mish</c>: x tanh(log(1 + exp(x))) (Misra 2019).</summary>
public readonly struct Mish : IUnaryFormula<Mish>
{
    /// <inheritdoc/>
    public static string Name => "Mish";

    /// <inheritdoc/>
    public static int SinceVersion => 18;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x * T.Tanh(Softplus.Of(x));

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var inner = T.Tanh(Softplus.Of(x));
        return inner + (x * (T.One - (inner * inner)) / (T.One + T.Exp(-x)));
    }

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y)
    {
        var inner = x.Softplus().Tanh();
        return inner + (x * (1 - (inner * inner)) * x.Sigmoid());
    }
}

/// <summary>
/// ONNX <c>Gelu</c>: x times the normal distribution at x (Hendrycks and Gimpel 2016); <c>approximate</c> "tanh" takes the paper's
/// approximation of it.
/// </summary>
public readonly struct Gelu(bool tanh) : IUnaryFormula<Gelu>
{
    private const double Cubic = 0.044715;
    private static readonly double s_factor = Math.Sqrt(2 / Math.PI);

    /// <inheritdoc/>
    public static string Name => "Gelu";

    /// <inheritdoc/>
    public static int SinceVersion => 20;

    /// <inheritdoc/>
    public static Gelu From(Attributes attributes) => new(attributes.String("approximate", "none") == "tanh");

    /// <inheritdoc/>
    public static IEnumerable<Attributes> Variants => [new Attributes { ["approximate"] = "tanh" }];

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var half = T.CreateChecked(0.5) * x;
        return tanh ? half * (T.One + T.Tanh(Inner(x))) : half * (T.One + ErrorFunction.Of(x / T.Sqrt(T.CreateChecked(2))));
    }

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T half = T.CreateChecked(0.5), two = T.CreateChecked(2);
        if (!tanh) return (half * (T.One + ErrorFunction.Of(x / T.Sqrt(two)))) + (x * T.Exp(-x * x * half) / T.Sqrt(two * T.Pi));
        var t = T.Tanh(Inner(x));
        var slope = T.CreateChecked(s_factor) * (T.One + (T.CreateChecked(3 * Cubic) * x * x));
        return half * (T.One + t + (x * (T.One - (t * t)) * slope));
    }

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y)
    {
        if (!tanh) return (((x / x.Exactly(Math.Sqrt(2))).Erf() + 1) * 0.5f) + (x * (x * x * -0.5f).Exp() / x.Exactly(Math.Sqrt(2 * Math.PI)));
        var square = x * x;
        var t = (x * ((square * x.Exactly(Cubic)) + 1) * x.Exactly(s_factor)).Tanh();
        var slope = ((square * x.Exactly(3 * Cubic)) + 1) * x.Exactly(s_factor);
        return (t + 1 + (x * (1 - (t * t)) * slope)) * 0.5f;
    }

    private static T Inner<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.CreateChecked(s_factor) * x * (T.One + (T.CreateChecked(Cubic) * x * x));
}

/// <summary>ONNX <c>Tanh</c>.</summary>
public readonly struct Tanh : IUnaryFormula<Tanh>
{
    /// <inheritdoc/>
    public static string Name => "Tanh";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static bool IsDerivativeOfValue => true;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Tanh(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One - (y * y);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => 1 - (y * y);
}

/// <summary>ONNX <c>Softplus</c>: log(1 + exp(x)).</summary>
public readonly struct Softplus : IUnaryFormula<Softplus>
{
    /// <inheritdoc/>
    public static string Name => "Softplus";

    /// <inheritdoc/>
    public static int SinceVersion => 1;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Sigmoid();

    // Split so that the exponential never overflows.
    internal static T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Max(x, T.Zero) + T.LogP1(T.Exp(-T.Abs(x)));
}

/// <summary>ONNX <c>Softsign</c>: x / (1 + |x|).</summary>
public readonly struct Softsign : IUnaryFormula<Softsign>
{
    /// <inheritdoc/>
    public static string Name => "Softsign";

    /// <inheritdoc/>
    public static int SinceVersion => 1;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x / (T.One + T.Abs(x));

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var denominator = T.One + T.Abs(x);
        return T.One / (denominator * denominator);
    }

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y)
    {
        var denominator = x.Abs() + 1;
        return (denominator * denominator).Reciprocal();
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Relu</c>.</summary>
    public static Value Relu(this Value x) => x.Owner.Apply(Unary<Relu>.Instance, [x]);

    /// <summary>ONNX <c>LeakyRelu</c>.</summary>
    public static Value LeakyRelu(this Value x, float alpha = 0.01f) =>
        x.Owner.Apply(Unary<LeakyRelu>.Instance, [x], new Attributes { ["alpha"] = alpha });

    /// <summary>ONNX <c>ThresholdedRelu</c>.</summary>
    public static Value ThresholdedRelu(this Value x, float alpha = 1) =>
        x.Owner.Apply(Unary<ThresholdedRelu>.Instance, [x], new Attributes { ["alpha"] = alpha });

    /// <summary>ONNX <c>Shrink</c>.</summary>
    public static Value Shrink(this Value x, float lambda = 0.5f, float bias = 0) =>
        x.Owner.Apply(Unary<Shrink>.Instance, [x], new Attributes { ["lambd"] = lambda, ["bias"] = bias });

    /// <summary>ONNX <c>Elu</c>.</summary>
    public static Value Elu(this Value x, float alpha = 1) => x.Owner.Apply(Unary<Elu>.Instance, [x], new Attributes { ["alpha"] = alpha });

    /// <summary>ONNX <c>Celu</c>.</summary>
    public static Value Celu(this Value x, float alpha = 1) => x.Owner.Apply(Unary<Celu>.Instance, [x], new Attributes { ["alpha"] = alpha });

    /// <summary>ONNX <c>Selu</c>.</summary>
    public static Value Selu(this Value x) => x.Owner.Apply(Unary<Selu>.Instance, [x]);

    /// <summary>ONNX <c>Sigmoid</c>.</summary>
    public static Value Sigmoid(this Value x) => x.Owner.Apply(Unary<Sigmoid>.Instance, [x]);

    /// <summary>ONNX <c>HardSigmoid</c>.</summary>
    public static Value HardSigmoid(this Value x, float alpha = 0.2f, float beta = 0.5f) =>
        x.Owner.Apply(Unary<HardSigmoid>.Instance, [x], new Attributes { ["alpha"] = alpha, ["beta"] = beta });

    /// <summary>ONNX <c>HardSwish</c>.</summary>
    public static Value HardSwish(this Value x) => x.Owner.Apply(Unary<HardSwish>.Instance, [x]);

    /// <summary>ONNX <c>Swish</c>.</summary>
    public static Value Swish(this Value x, float alpha = 1) => x.Owner.Apply(Unary<Swish>.Instance, [x], new Attributes { ["alpha"] = alpha });

    /// <summary>ONNX <c>Mish</c>.</summary>
    public static Value Mish(this Value x) => x.Owner.Apply(Unary<Mish>.Instance, [x]);

    /// <summary>ONNX <c>Gelu</c>.</summary>
    public static Value Gelu(this Value x, string approximate = "none") =>
        x.Owner.Apply(Unary<Gelu>.Instance, [x], new Attributes { ["approximate"] = approximate });

    /// <summary>ONNX <c>Tanh</c>.</summary>
    public static Value Tanh(this Value x) => x.Owner.Apply(Unary<Tanh>.Instance, [x]);

    /// <summary>ONNX <c>Softplus</c>.</summary>
    public static Value Softplus(this Value x) => x.Owner.Apply(Unary<Softplus>.Instance, [x]);

    /// <summary>ONNX <c>Softsign</c>.</summary>
    public static Value Softsign(this Value x) => x.Owner.Apply(Unary<Softsign>.Instance, [x]);
}
