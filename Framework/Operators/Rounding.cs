using System.Numerics;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>ONNX <c>Floor</c>.</summary>
public readonly struct Floor : IFunctionFormula<Floor>
{
    /// <inheritdoc/>
    public static string Name => "Floor";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Floor(x);
}

/// <summary>ONNX <c>Ceil</c>.</summary>
public readonly struct Ceil : IFunctionFormula<Ceil>
{
    /// <inheritdoc/>
    public static string Name => "Ceil";

    /// <inheritdoc/>
    public static int SinceVersion => 6;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Ceiling(x);
}

/// <summary>ONNX <c>Round</c>: to the nearest whole number, halves to the even one.</summary>
public readonly struct Round : IFunctionFormula<Round>
{
    /// <inheritdoc/>
    public static string Name => "Round";

    /// <inheritdoc/>
    public static int SinceVersion => 11;

    /// <inheritdoc/>
    public T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Round(x, MidpointRounding.ToEven);
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Floor</c>.</summary>
    public static Value Floor(this Value x) => x.Owner.Apply(StepFunction<Floor>.Instance, [x]);

    /// <summary>ONNX <c>Ceil</c>.</summary>
    public static Value Ceil(this Value x) => x.Owner.Apply(StepFunction<Ceil>.Instance, [x]);

    /// <summary>ONNX <c>Round</c>.</summary>
    public static Value Round(this Value x) => x.Owner.Apply(StepFunction<Round>.Instance, [x]);
}
