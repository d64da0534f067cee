using System.Numerics;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>An operator of any number of operands that broadcast, folded from the first on.</summary>
/// <typeparam name="TFormula">What folds two.</typeparam>
public abstract class VariadicOperator<TFormula> : NumericOperator
    where TFormula : struct, IBinaryFormula
{
    private static readonly Signature s_signature = new([new("data_0", Variadic: true)], ["result"]);

    /// <inheritdoc/>
    public override int SinceVersion => 8;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        for (int i = 1; i < inference.InputCount; i++)
        {
            Broadcast.CheckTypes(inference, 0, i);
            shape = Broadcast.Common(inference, shape, inference.ShapeOf(i));
        }

        inference.Output(0, inference.TypeOf(0), shape);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var y = e.Write<T>(0);
        var shape = e.Output(0).Shape;
        for (int input = 0; input < e.InputCount; input++)
        {
            var x = e.Read<T>(input);
            var runs = new Runs(shape, Broadcast.Strides(e.Input(input).Shape, shape));
            for (int i = 0; runs.Next();)
            {
                int from = runs.Offsets[0], step = runs.Steps[0];
                for (int end = i + runs.Length; i < end; i++, from += step) y[i] = input == 0 ? x[from] : TFormula.Apply(y[i], x[from]);
            }
        }

        Finish(y, e.InputCount);
    }

    /// <summary>What is done to the folded elements at the end.</summary>
    private protected virtual void Finish<T>(Span<T> y, int count)
        where T : unmanaged, INumber<T>
    {
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("one", [SampleInput.Normal(2, 3)]),
        new("three", [SampleInput.Normal(2, 3), SampleInput.Normal(2, 3), SampleInput.Normal(2, 3)]),
        new("broadcast", [SampleInput.Normal(2, 3), SampleInput.Normal(3), SampleInput.Normal(2, 1)]),
    ];
}

/// <summary>ONNX <c>Sum</c> of any number of operands that broadcast; what gradients of a value read several times are added with.</summary>
public sealed class Sum : VariadicOperator<Add.Formula>
{
    /// <summary>The operator.</summary>
    public static Sum Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Sum";

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        for (int i = 0; i < g.InputCount; i++)
        {
            if (g.Needs(i)) g.Set(i, g.Gradient.ReduceTo(g.Input(i)));
        }
    }
}

/// <summary>ONNX <c>Mean</c> of any number of operands that broadcast.</summary>
public sealed class Mean : VariadicOperator<Add.Formula>
{
    /// <summary>The operator.</summary>
    public static Mean Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Mean";

    private protected override void Finish<T>(Span<T> y, int count)
    {
        var divisor = T.CreateChecked(count);
        foreach (ref var value in y) value /= divisor;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var share = g.Gradient / g.InputCount;
        for (int i = 0; i < g.InputCount; i++)
        {
            if (g.Needs(i)) g.Set(i, share.ReduceTo(g.Input(i)));
        }
    }
}

/// <summary>An extremum of any number of operands that broadcast. Operands that share it share its gradient evenly.</summary>
/// <typeparam name="TFormula">The extremum of two.</typeparam>
public abstract class ExtremumOperator<TFormula> : VariadicOperator<TFormula>
    where TFormula : struct, IBinaryFormula
{
    /// <inheritdoc/>
    public override int SinceVersion => 13;

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var hits = Enumerable.Range(0, g.InputCount).Select(i => g.Input(i).Equal(g.Output(0)).Cast(g.Gradient.ElementType)).ToArray();
        var share = g.Gradient / hits.Sum();
        for (int i = 0; i < g.InputCount; i++)
        {
            if (g.Needs(i)) g.Set(i, (share * hits[i]).ReduceTo(g.Input(i)));
        }
    }
}

/// <summary>ONNX <c>Max</c> of any number of operands that broadcast; a NaN wins.</summary>
public sealed class Max : ExtremumOperator<Max.Formula>
{
    /// <summary>The operator.</summary>
    public static Max Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Max";

    /// <summary>The formula.</summary>
    public readonly struct Formula : IBinaryFormula
    {
        /// <inheritdoc/>
        public static T Apply<T>(T a, T b)
            where T : unmanaged, INumber<T> => T.Max(a, b);
    }
}

/// <summary>ONNX <c>Min</c> of any number of operands that broadcast; a NaN wins.</summary>
public sealed class Min : ExtremumOperator<Min.Formula>
{
    /// <summary>The operator.</summary>
    public static Min Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Min";

    /// <summary>The formula.</summary>
    public readonly struct Formula : IBinaryFormula
    {
        /// <inheritdoc/>
        public static T Apply<T>(T a, T b)
            where T : unmanaged, INumber<T> => T.Min(a, b);
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Sum</c>.</summary>
    public static Value Sum(this IReadOnlyList<Value> values) =>
        values.Count == 1 ? values[0] : values[0].Owner.Apply(Operators.Sum.Instance, [.. values]);

    /// <summary>ONNX <c>Mean</c>.</summary>
    public static Value Mean(this IReadOnlyList<Value> values) => values[0].Owner.Apply(Operators.Mean.Instance, [.. values]);

    /// <summary>ONNX <c>Max</c> of two.</summary>
    public static Value Max(this Value a, Value b) => a.Owner.Apply(Operators.Max.Instance, [a, b]);

    /// <summary>ONNX <c>Min</c> of two.</summary>
    public static Value Min(this Value a, Value b) => a.Owner.Apply(Operators.Min.Instance, [a, b]);
}
