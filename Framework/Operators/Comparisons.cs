using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>A comparison of two numbers; one struct each.</summary>
public interface IComparison
{
    /// <summary>Whether it holds.</summary>
    static abstract bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T>;
}

/// <summary>A comparison of two operands that broadcast; the result is Boolean.</summary>
public abstract class ComparisonOperator : NumericOperator
{
    private static readonly Signature s_signature = new([new("A"), new("B")], ["C"]);

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.Bool);
        Broadcast.CheckTypes(inference, 0, 1);
        inference.Output(0, ElementType.Bool, Broadcast.Common(inference, 0, 1));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("whole numbers", [SampleInput.Whole(3, 4), SampleInput.Whole(3, 4)]),
        new("broadcast", [SampleInput.Whole(3, 4), SampleInput.Whole(4)]),
        new("integers", [SampleInput.Labels(3, 2, 4), SampleInput.Labels(3, 2, 4)]),
    ];
}

/// <summary>A comparison that is one formula.</summary>
/// <typeparam name="TComparison">The formula.</typeparam>
public abstract class ComparisonOperator<TComparison> : ComparisonOperator
    where TComparison : struct, IComparison
{
    /// <inheritdoc/>
    protected sealed override void Evaluate<T>(Evaluation e) => Compare(e, e.Read<T>(0), e.Read<T>(1));

    private protected static void Compare<T>(Evaluation e, ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, INumber<T>
    {
        var c = e.Write<bool>(0);
        var shape = e.Output(0).Shape;
        var runs = new Runs(shape, Broadcast.Strides(e.Input(0).Shape, shape), Broadcast.Strides(e.Input(1).Shape, shape));
        for (int i = 0; runs.Next();)
        {
            int left = runs.Offsets[0], right = runs.Offsets[1], leftStep = runs.Steps[0], rightStep = runs.Steps[1];
            for (int end = i + runs.Length; i < end; i++, left += leftStep, right += rightStep) c[i] = TComparison.Holds(a[left], b[right]);
        }
    }
}

/// <summary>ONNX <c>Greater</c>.</summary>
public sealed class Greater : ComparisonOperator<Greater.Formula>
{
    /// <summary>The operator.</summary>
    public static Greater Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Greater";

    /// <summary>The comparison.</summary>
    public readonly struct Formula : IComparison
    {
        /// <inheritdoc/>
        public static bool Holds<T>(T a, T b)
            where T : unmanaged, INumber<T> => a > b;
    }
}

/// <summary>ONNX <c>Less</c>.</summary>
public sealed class Less : ComparisonOperator<Less.Formula>
{
    /// <summary>The operator.</summary>
    public static Less Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Less";

    /// <summary>The comparison.</summary>
    public readonly struct Formula : IComparison
    {
        /// <inheritdoc/>
        public static bool Holds<T>(T a, T b)
            where T : unmanaged, INumber<T> => a < b;
    }
}

/// <summary>ONNX <c>GreaterOrEqual</c>.</summary>
public sealed class GreaterOrEqual : ComparisonOperator<GreaterOrEqual.Formula>
{
    /// <summary>The operator.</summary>
    public static GreaterOrEqual Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "GreaterOrEqual";

    /// <inheritdoc/>
    public override int SinceVersion => 12;

    /// <summary>The comparison.</summary>
    public readonly struct Formula : IComparison
    {
        /// <inheritdoc/>
        public static bool Holds<T>(T a, T b)
            where T : unmanaged, INumber<T> => a >= b;
    }
}

/// <summary>ONNX <c>LessOrEqual</c>.</summary>
public sealed class LessOrEqual : ComparisonOperator<LessOrEqual.Formula>
{
    /// <summary>The operator.</summary>
    public static LessOrEqual Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "LessOrEqual";

    /// <inheritdoc/>
    public override int SinceVersion => 12;

    /// <summary>The comparison.</summary>
    public readonly struct Formula : IComparison
    {
        /// <inheritdoc/>
        public static bool Holds<T>(T a, T b)
            where T : unmanaged, INumber<T> => a <= b;
    }
}

/// <summary>ONNX <c>Equal</c>, over numbers and over Booleans.</summary>
public sealed class Equal : ComparisonOperator<Equal.Formula>
{
    /// <summary>The operator.</summary>
    public static Equal Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Equal";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        if (evaluation.Input(0).ElementType == ElementType.Bool)
            Compare<byte>(evaluation, evaluation.Input(0).AsBits<byte>(), evaluation.Input(1).AsBits<byte>());
        else base.Evaluate(evaluation);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [.. base.Samples, new("booleans", [SampleInput.Booleans(2, 3), SampleInput.Booleans(3)])];

    /// <summary>The comparison.</summary>
    public readonly struct Formula : IComparison
    {
        /// <inheritdoc/>
        public static bool Holds<T>(T a, T b)
            where T : unmanaged, INumber<T> => a == b;
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Greater</c>.</summary>
    public static Value Greater(this Value a, Value b) => a.Owner.Apply(Operators.Greater.Instance, [a, b]);

    /// <summary>ONNX <c>Less</c>.</summary>
    public static Value Less(this Value a, Value b) => a.Owner.Apply(Operators.Less.Instance, [a, b]);

    /// <summary>ONNX <c>GreaterOrEqual</c>.</summary>
    public static Value GreaterOrEqual(this Value a, Value b) => a.Owner.Apply(Operators.GreaterOrEqual.Instance, [a, b]);

    /// <summary>ONNX <c>LessOrEqual</c>.</summary>
    public static Value LessOrEqual(this Value a, Value b) => a.Owner.Apply(Operators.LessOrEqual.Instance, [a, b]);

    /// <summary>ONNX <c>Equal</c>.</summary>
    public static Value Equal(this Value a, Value b) => a.Owner.Apply(Operators.Equal.Instance, [a, b]);
}
