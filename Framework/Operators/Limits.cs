using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>ONNX <c>Clip</c>: moves what is below <c>min</c> or above <c>max</c> to it; either may be left out.</summary>
public sealed class Clip : NumericOperator
{
    private static readonly Signature s_signature = new(
        [new("input"), new("min", InputRole.Shape, Optional: true), new("max", InputRole.Shape, Optional: true)], ["output"]);

    /// <summary>The operator.</summary>
    public static Clip Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Clip";

    /// <inheritdoc/>
    public override int SinceVersion => 12;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        for (int i = 1; i < 3; i++)
        {
            if (!inference.Has(i)) continue;
            Broadcast.CheckTypes(inference, 0, i);
            if (inference.Input(i).Shape is { IsKnown: true } limit
                && limit.ElementCount != 1) throw inference.Fail($"the limit {limit} must be one number.");
        }
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        e.Input(0).CopyTo(e.Output(0));
        var y = e.Write<T>(0);
        if (e.Has(1))
        {
            T low = e.Read<T>(1)[0];
            foreach (ref var value in y) value = value < low ? low : value;
        }

        if (!e.Has(2)) return;
        T high = e.Read<T>(2)[0];
        foreach (ref var value in y) value = value > high ? high : value;
    }

    // What is not moved passes its gradient on, a value at the limit included.
    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) =>
        g.Set(0, g.Gradient * g.Input(0).Equal(g.Output(0)).Cast(g.Gradient.ElementType));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            SampleInput low = SampleInput.Fixed(Tensor.Scalar(-0.5f)), high = SampleInput.Fixed(Tensor.Scalar(0.75f));
            yield return new("both", [SampleInput.Normal(3, 5), low, high]);
            yield return new("from below", [SampleInput.Normal(3, 5), low]);
            yield return new("from above", [SampleInput.Normal(3, 5), null, high]);
            yield return new("neither", [SampleInput.Normal(3, 5)]);
        }
    }
}

/// <summary>ONNX <c>PRelu</c>: x, or below 0 x times a slope that is learned (He et al. 2015); the slope broadcasts to the input.</summary>
public sealed class PRelu : NumericOperator
{
    private static readonly Signature s_signature = new([new("X"), new("slope", InputRole.Parameter)], ["Y"]);

    /// <summary>The operator.</summary>
    public static PRelu Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "PRelu";

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        if (Broadcast.Common(inference, 0, 1) is var common && common.Rank != inference.ShapeOf(0).Rank)
            throw inference.Fail($"the slope {inference.ShapeOf(1)} has more axes than the input {inference.ShapeOf(0)}.");
        else if (common.IsKnown && inference.ShapeOf(0).IsKnown && common != inference.ShapeOf(0))
            throw inference.Fail($"the slope {inference.ShapeOf(1)} does not broadcast to the input {inference.ShapeOf(0)}.");
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        var x = e.Read<T>(0);
        var slope = e.Read<T>(1);
        var y = e.Write<T>(0);
        var runs = new Runs(shape, Broadcast.Strides(e.Input(1).Shape, shape));
        for (int i = 0; runs.Next();)
        {
            int from = runs.Offsets[0], step = runs.Steps[0];
            for (int end = i + runs.Length; i < end; i++, from += step) y[i] = x[i] < T.Zero ? x[i] * slope[from] : x[i];
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var (x, slope) = (g.Input(0), g.Input(1));
        var below = x.Less(x.Number(0));
        if (g.Needs(0)) g.Set(0, g.Gradient * below.Where(slope, x.Number(1)));
        if (g.Needs(1)) g.Set(1, (g.Gradient * below.Where(x, x.Number(0))).ReduceTo(slope));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("channel", [SampleInput.Normal(2, 3, 4, 2), SampleInput.Normal(3, 1, 1)]),
        new("one slope", [SampleInput.Normal(2, 3), SampleInput.Normal(1)]),
        new("each its own", [SampleInput.Normal(2, 3), SampleInput.Normal(2, 3)]),
    ];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Clip</c>.</summary>
    /// <param name="x">The value.</param>
    /// <param name="low">The lower limit, or null.</param>
    /// <param name="high">The upper limit, or null.</param>
    public static Value Clip(this Value x, float? low, float? high) => x.Owner.Apply(
        Operators.Clip.Instance, [x, low is { } l ? x.Number(l) : null, high is { } h ? x.Number(h) : null]);

    /// <summary>ONNX <c>PRelu</c>; the slope broadcasts to the input, so one slope a channel of images has the shape [C, 1, 1].</summary>
    public static Value PRelu(this Value x, Value slope, string? name = null) => x.Owner.Apply(Operators.PRelu.Instance, [x, slope], name: name);
}
