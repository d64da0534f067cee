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
    public static bool IsDerivativeOfValue => true;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Exp(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => y;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => y;
}

/// <summary>ONNX <c>Log</c>, the natural logarithm.</summary>
public readonly struct Log : IUnaryFormula<Log>
{
    /// <inheritdoc/>
    public static string Name => "Log";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static (float Low, float High) Range => (0.25f, 4);

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Log(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / x;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Reciprocal();
}

/// <summary>ONNX <c>Sqrt</c>.</summary>
public readonly struct Sqrt : IUnaryFormula<Sqrt>
{
    /// <inheritdoc/>
    public static string Name => "Sqrt";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static (float Low, float High) Range => (0.25f, 4);

    /// <inheritdoc/>
    public static bool IsDerivativeOfValue => true;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sqrt(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / (y + y);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => (y + y).Reciprocal();
}

/// <summary>ONNX <c>Reciprocal</c>: 1 / x.</summary>
public readonly struct Reciprocal : IUnaryFormula<Reciprocal>
{
    /// <inheritdoc/>
    public static string Name => "Reciprocal";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public static (float Low, float High) Range => (0.25f, 4);

    /// <inheritdoc/>
    public static bool IsDerivativeOfValue => true;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / x;

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => -y * y;

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => -(y * y);
}

/// <summary>ONNX <c>Erf</c>, the error function.</summary>
public readonly struct Erf : IUnaryFormula<Erf>
{
    /// <inheritdoc/>
    public static string Name => "Erf";

    /// <inheritdoc/>
    public static int SinceVersion => 9;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => ErrorFunction.Of(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.CreateChecked(2) / T.Sqrt(T.Pi) * T.Exp(-x * x);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => (-(x * x)).Exp() * x.Exactly(2 / Math.Sqrt(Math.PI));
}

/// <summary>ONNX <c>Sin</c>, of radians.</summary>
public readonly struct Sin : IUnaryFormula<Sin>
{
    /// <inheritdoc/>
    public static string Name => "Sin";

    /// <inheritdoc/>
    public static int SinceVersion => 7;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sin(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Cos(x);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Cos();
}

/// <summary>ONNX <c>Cos</c>, of radians.</summary>
public readonly struct Cos : IUnaryFormula<Cos>
{
    /// <inheritdoc/>
    public static string Name => "Cos";

    /// <inheritdoc/>
    public static int SinceVersion => 7;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Cos(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => -T.Sin(x);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => -x.Sin();
}

/// <summary>ONNX <c>Tan</c>, of radians.</summary>
public readonly struct Tan : IUnaryFormula<Tan>
{
    /// <inheritdoc/>
    public static string Name => "Tan";

    /// <inheritdoc/>
    public static int SinceVersion => 7;

    /// <inheritdoc/>
    public static (float Low, float High) Range => (-1.25f, 1.25f);

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Tan(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One + (y * y);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => (y * y) + 1;
}

/// <summary>ONNX <c>Asin</c>, in radians.</summary>
public readonly struct Asin : IUnaryFormula<Asin>
{
    /// <inheritdoc/>
    public static string Name => "Asin";

    /// <inheritdoc/>
    public static int SinceVersion => 7;

    /// <inheritdoc/>
    public static (float Low, float High) Range => (-0.875f, 0.875f);

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Asin(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / T.Sqrt(T.One - (x * x));

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => (1 - (x * x)).Sqrt().Reciprocal();
}

/// <summary>ONNX <c>Acos</c>, in radians.</summary>
public readonly struct Acos : IUnaryFormula<Acos>
{
    /// <inheritdoc/>
    public static string Name => "Acos";

    /// <inheritdoc/>
    public static int SinceVersion => 7;

    /// <inheritdoc/>
    public static (float Low, float High) Range => (-0.875f, 0.875f);

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Acos(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => -T.One / T.Sqrt(T.One - (x * x));

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => -(1 - (x * x)).Sqrt().Reciprocal();
}

/// <summary>ONNX <c>Atan</c>, in radians.</summary>
public readonly struct Atan : IUnaryFormula<Atan>
{
    /// <inheritdoc/>
    public static string Name => "Atan";

    /// <inheritdoc/>
    public static int SinceVersion => 7;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Atan(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / (T.One + (x * x));

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => ((x * x) + 1).Reciprocal();
}

/// <summary>ONNX <c>Sinh</c>.</summary>
public readonly struct Sinh : IUnaryFormula<Sinh>
{
    /// <inheritdoc/>
    public static string Name => "Sinh";

    /// <inheritdoc/>
    public static int SinceVersion => 9;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sinh(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Cosh(x);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Cosh();
}

/// <summary>ONNX <c>Cosh</c>.</summary>
public readonly struct Cosh : IUnaryFormula<Cosh>
{
    /// <inheritdoc/>
    public static string Name => "Cosh";

    /// <inheritdoc/>
    public static int SinceVersion => 9;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Cosh(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sinh(x);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => x.Sinh();
}

/// <summary>ONNX <c>Asinh</c>.</summary>
public readonly struct Asinh : IUnaryFormula<Asinh>
{
    /// <inheritdoc/>
    public static string Name => "Asinh";

    /// <inheritdoc/>
    public static int SinceVersion => 9;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Asinh(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / T.Sqrt((x * x) + T.One);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => ((x * x) + 1).Sqrt().Reciprocal();
}

/// <summary>ONNX <c>Acosh</c>.</summary>
public readonly struct Acosh : IUnaryFormula<Acosh>
{
    /// <inheritdoc/>
    public static string Name => "Acosh";

    /// <inheritdoc/>
    public static int SinceVersion => 9;

    /// <inheritdoc/>
    public static (float Low, float High) Range => (1.25f, 4);

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Acosh(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / T.Sqrt((x * x) - T.One);

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => ((x * x) - 1).Sqrt().Reciprocal();
}

/// <summary>ONNX <c>Atanh</c>.</summary>
public readonly struct Atanh : IUnaryFormula<Atanh>
{
    /// <inheritdoc/>
    public static string Name => "Atanh";

    /// <inheritdoc/>
    public static int SinceVersion => 9;

    /// <inheritdoc/>
    public static (float Low, float High) Range => (-0.875f, 0.875f);

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Atanh(x);

    /// <inheritdoc/>
    public T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T> => T.One / (T.One - (x * x));

    /// <inheritdoc/>
    public Value Derivative(Value x, Value y) => (1 - (x * x)).Reciprocal();
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Exp</c>.</summary>
    public static Value Exp(this Value x) => x.Owner.Apply(Unary<Exp>.Instance, [x]);

    /// <summary>ONNX <c>Log</c>.</summary>
    public static Value Log(this Value x) => x.Owner.Apply(Unary<Log>.Instance, [x]);

    /// <summary>ONNX <c>Sqrt</c>.</summary>
    public static Value Sqrt(this Value x) => x.Owner.Apply(Unary<Sqrt>.Instance, [x]);

    /// <summary>ONNX <c>Reciprocal</c>.</summary>
    public static Value Reciprocal(this Value x) => x.Owner.Apply(Unary<Reciprocal>.Instance, [x]);

    /// <summary>ONNX <c>Erf</c>.</summary>
    public static Value Erf(this Value x) => x.Owner.Apply(Unary<Erf>.Instance, [x]);

    /// <summary>ONNX <c>Sin</c>.</summary>
    public static Value Sin(this Value x) => x.Owner.Apply(Unary<Sin>.Instance, [x]);

    /// <summary>ONNX <c>Cos</c>.</summary>
    public static Value Cos(this Value x) => x.Owner.Apply(Unary<Cos>.Instance, [x]);

    /// <summary>ONNX <c>Tan</c>.</summary>
    public static Value Tan(this Value x) => x.Owner.Apply(Unary<Tan>.Instance, [x]);

    /// <summary>ONNX <c>Asin</c>.</summary>
    public static Value Asin(this Value x) => x.Owner.Apply(Unary<Asin>.Instance, [x]);

    /// <summary>ONNX <c>Acos</c>.</summary>
    public static Value Acos(this Value x) => x.Owner.Apply(Unary<Acos>.Instance, [x]);

    /// <summary>ONNX <c>Atan</c>.</summary>
    public static Value Atan(this Value x) => x.Owner.Apply(Unary<Atan>.Instance, [x]);

    /// <summary>ONNX <c>Sinh</c>.</summary>
    public static Value Sinh(this Value x) => x.Owner.Apply(Unary<Sinh>.Instance, [x]);

    /// <summary>ONNX <c>Cosh</c>.</summary>
    public static Value Cosh(this Value x) => x.Owner.Apply(Unary<Cosh>.Instance, [x]);

    /// <summary>ONNX <c>Asinh</c>.</summary>
    public static Value Asinh(this Value x) => x.Owner.Apply(Unary<Asinh>.Instance, [x]);

    /// <summary>ONNX <c>Acosh</c>.</summary>
    public static Value Acosh(this Value x) => x.Owner.Apply(Unary<Acosh>.Instance, [x]);

    /// <summary>ONNX <c>Atanh</c>.</summary>
    public static Value Atanh(this Value x) => x.Owner.Apply(Unary<Atanh>.Instance, [x]);
}
