using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>InstanceNormalization</c>: each channel of each image brought to mean 0 and variance 1, then scaled and shifted by channel
/// (Ulyanov, Vedaldi and Lempitsky 2016).
/// </summary>
public sealed class InstanceNormalization : FloatOperator
{
    private static readonly Signature s_signature =
        new([new("input"), new("scale", InputRole.Parameter), new("B", InputRole.Parameter)], ["output"]);

    /// <summary>The operator.</summary>
    public static InstanceNormalization Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "InstanceNormalization";

    /// <inheritdoc/>
    public override int SinceVersion => 6;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        Channels.Check(inference, inference.ShapeOf(0), "scale", 1);
        Channels.Check(inference, inference.ShapeOf(0), "B", 2);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int channels = shape[1], size = shape[2..].ElementCount;
        var x = e.Read<T>(0);
        var scale = e.Read<T>(1);
        var shift = e.Read<T>(2);
        var y = e.Write<T>(0);
        for (int i = 0; i < shape[0] * channels; i++)
        {
            var to = y.Slice(i * size, size);
            Standardization.Apply(x.Slice(i * size, size), to, Standardization.Epsilon<T>(e.Attributes));
            foreach (ref var value in to) value = (value * scale[i % channels]) + shift[i % channels];
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var x = g.Input(0);
        int rank = x.Shape?.Rank ?? throw new Errors.UnsupportedModelException(g.Node.Place, "its gradient needs an input of known rank.");
        var (dx, standardized) = Standardization.Gradient(x, g.Gradient * g.Input(1).AlongChannels(rank), [.. Enumerable.Range(2, rank - 2)],
            g.Attributes);
        if (g.Needs(0)) g.Set(0, dx);
        if (g.Needs(1)) g.Set(1, (g.Gradient * standardized).SumOverChannels(rank));
        if (g.Needs(2)) g.Set(2, g.Gradient.SumOverChannels(rank));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("images", [SampleInput.Normal(2, 3, 4, 2), SampleInput.Normal(3), SampleInput.Normal(3)]),
        new("sequences", [SampleInput.Normal(2, 2, 5), SampleInput.Normal(2), SampleInput.Normal(2)], new Attributes { ["epsilon"] = 0.125f }),
    ];
}

/// <summary>
/// ONNX <c>LayerNormalization</c>: everything from <c>axis</c> on brought to mean 0 and variance 1, then scaled and shifted element by element
/// (Ba, Kiros and Hinton 2016). The further outputs are the means and the inverse deviations.
/// </summary>
public sealed class LayerNormalization : FloatOperator
{
    private static readonly Signature s_signature = new(
        [new("X"), new("Scale", InputRole.Parameter), new("B", InputRole.Parameter, Optional: true)], ["Y", "Mean", "InvStdDev"]);

    /// <summary>The operator.</summary>
    public static LayerNormalization Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "LayerNormalization";

    /// <inheritdoc/>
    public override int SinceVersion => 17;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        // stash_type, the type in which the statistics are computed, is that of the further outputs.
        var statistics = (ElementType)inference.Attributes.Int("stash_type", 1);
        if (!statistics.IsFloat()) throw inference.Fail($"stash_type {(int)statistics} is not a float type.");
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        inference.Output(1, statistics);
        inference.Output(2, statistics);
        var shape = inference.ShapeOf(0);
        int axis = inference.Axis(inference.Attributes.Int("axis", -1), shape.Rank);
        for (int i = 1; i < 3; i++)
        {
            if (inference.Has(i) && inference.Input(i).Shape is { } affine && Broadcast.Common(inference, shape[axis..], affine) is var common
                && common.Rank > shape.Rank - axis)
                throw inference.Fail($"input {i} {affine} does not broadcast to {shape[axis..]}, the axes that are normalised.");
        }

        SymbolicShape reduced = [.. shape[..axis], .. Enumerable.Repeat((Dimension)1, shape.Rank - axis)];
        inference.Output(1, statistics, reduced);
        inference.Output(2, statistics, reduced);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int axis = (int)e.Attributes.Int("axis", -1);
        if (axis < 0) axis += shape.Rank;
        var line = shape[axis..];
        int size = line.ElementCount, lines = shape[..axis].ElementCount;
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        T[] scale = Spread(1, T.One), shift = Spread(2, T.Zero), means = new T[lines], deviations = new T[lines];
        for (int i = 0; i < lines; i++)
        {
            var to = y.Slice(i * size, size);
            (means[i], deviations[i]) = Standardization.Apply(x.Slice(i * size, size), to, Standardization.Epsilon<T>(e.Attributes));
            for (int k = 0; k < size; k++) to[k] = (to[k] * scale[k]) + shift[k];
        }

        for (int output = 1; output < e.OutputCount; output++)
        {
            var to = e.Output(output);
            Tensor.From(output == 1 ? means : deviations, to.Shape).To(to.ElementType).CopyTo(to);
        }

        T[] Spread(int input, T fallback)
        {
            var all = new T[size];
            Array.Fill(all, fallback);
            if (e.Has(input)) Strided.Gather(e.Read<T>(input), 0, Broadcast.Strides(e.Input(input).Shape, line), all, line);
            return all;
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.OutputGradient(1) is not null || g.OutputGradient(2) is not null)
            throw new Errors.UnsupportedModelException(g.Node.Place, "no gradient flows through its means and deviations.",
                "Use ReduceMean beside it.");
        var x = g.Input(0);
        int rank = x.Shape?.Rank ?? throw new Errors.UnsupportedModelException(g.Node.Place, "its gradient needs an input of known rank.");
        int axis = (int)g.Attributes.Int("axis", -1);
        if (axis < 0) axis += rank;
        var (dx, standardized) = Standardization.Gradient(x, g.Gradient * g.Input(1), [.. Enumerable.Range(axis, rank - axis)], g.Attributes);
        if (g.Needs(0)) g.Set(0, dx);
        if (g.Needs(1)) g.Set(1, (g.Gradient * standardized).ReduceTo(g.Input(1)));
        if (g.Needs(2)) g.Set(2, g.Gradient.ReduceTo(g.Input(2)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("last axis", [SampleInput.Normal(3, 5), SampleInput.Normal(5), SampleInput.Normal(5)]),
        new("two axes", [SampleInput.Normal(2, 3, 4), SampleInput.Normal(3, 4), SampleInput.Normal(3, 4)],
            new Attributes { ["axis"] = 1, ["epsilon"] = 0.125f }),
        new("without shift", [SampleInput.Normal(2, 3, 4), SampleInput.Normal(4)], new Attributes { ["axis"] = -1 }),
        new("scale that repeats", [SampleInput.Normal(2, 3, 4), SampleInput.Normal(3, 1)], new Attributes { ["axis"] = 1 }),
    ];
}

/// <summary>
/// ONNX <c>GroupNormalization</c>, in its form since operator set 21: groups of channels of each image brought to mean 0 and variance 1, then
/// scaled and shifted by channel (Wu and He 2018).
/// </summary>
public sealed class GroupNormalization : FloatOperator
{
    private static readonly Signature s_signature =
        new([new("X"), new("scale", InputRole.Parameter), new("bias", InputRole.Parameter)], ["Y"]);

    /// <summary>The operator.</summary>
    public static GroupNormalization Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "GroupNormalization";

    /// <inheritdoc/>
    public override int SinceVersion => 21;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        var shape = inference.ShapeOf(0);
        Channels.Check(inference, shape, "scale", 1);
        Channels.Check(inference, shape, "bias", 2);
        long groups = inference.Attributes.Int("num_groups", 0);
        if (groups < 1) throw inference.Fail("the attribute num_groups must be at least 1.");
        if (shape[1].IsKnown && shape[1].Value % groups != 0) throw inference.Fail($"{shape[1]} channels do not divide into {groups} groups.");
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int channels = shape[1], groups = (int)e.Attributes.Int("num_groups", 1), size = shape[2..].ElementCount, block = channels / groups * size;
        var x = e.Read<T>(0);
        var scale = e.Read<T>(1);
        var shift = e.Read<T>(2);
        var y = e.Write<T>(0);
        for (int i = 0; i < shape[0] * groups; i++)
            Standardization.Apply(x.Slice(i * block, block), y.Slice(i * block, block), Standardization.Epsilon<T>(e.Attributes));
        for (int i = 0; i < shape[0] * channels; i++)
        {
            foreach (ref var value in y.Slice(i * size, size)) value = (value * scale[i % channels]) + shift[i % channels];
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var x = g.Input(0);
        int rank = x.Shape?.Rank ?? throw new Errors.UnsupportedModelException(g.Node.Place, "its gradient needs an input of known rank.");
        long[] grouped = [0, g.Attributes.Int("num_groups", 1), -1];
        var cotangent = (g.Gradient * g.Input(1).AlongChannels(rank)).Reshape(grouped);
        var (dx, standardized) = Standardization.Gradient(x.Reshape(grouped), cotangent, [2], g.Attributes);
        if (g.Needs(0)) g.Set(0, dx.Reshape(x.ShapeOf()));
        if (g.Needs(1)) g.Set(1, (g.Gradient * standardized.Reshape(x.ShapeOf())).SumOverChannels(rank));
        if (g.Needs(2)) g.Set(2, g.Gradient.SumOverChannels(rank));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("images", [SampleInput.Normal(2, 6, 2, 3), SampleInput.Normal(6), SampleInput.Normal(6)], new Attributes { ["num_groups"] = 3 }),
        new("sequences", [SampleInput.Normal(2, 4, 5), SampleInput.Normal(4), SampleInput.Normal(4)],
            new Attributes { ["num_groups"] = 1, ["epsilon"] = 0.125f }),
    ];
}

/// <summary>Bringing lines to mean 0 and variance 1, and the gradient of it, which three normalisations share.</summary>
internal static class Standardization
{
    public static T Epsilon<T>(Attributes attributes)
        where T : INumber<T> => T.CreateChecked(attributes.Float("epsilon", 1e-5f));

    /// <summary>Writes the standardized line, and says its mean and inverse deviation.</summary>
    public static (T Mean, T InverseDeviation) Apply<T>(ReadOnlySpan<T> x, Span<T> y, T epsilon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T count = T.CreateChecked(x.Length), sum = T.Zero, squares = T.Zero;
        foreach (var value in x) sum += value;
        var mean = sum / count;
        foreach (var value in x) squares += (value - mean) * (value - mean);
        var inverse = T.One / T.Sqrt((squares / count) + epsilon);
        for (int i = 0; i < y.Length; i++) y[i] = (x[i] - mean) * inverse;
        return (mean, inverse);
    }

    /// <summary>
    /// The gradient with respect to x of z = (x - mean) / deviation over some axes, given that of z: (dz - mean(dz) - z mean(dz z)) / deviation;
    /// and z itself.
    /// </summary>
    public static (Value Gradient, Value Standardized) Gradient(Value x, Value dz, IReadOnlyList<int> axes, Attributes attributes)
    {
        var centred = x - x.ReduceMean(axes);
        var inverse = ((centred * centred).ReduceMean(axes) + attributes.Float("epsilon", 1e-5f)).Sqrt().Reciprocal();
        var z = centred * inverse;
        return (inverse * (dz - dz.ReduceMean(axes) - (z * (dz * z).ReduceMean(axes))), z);
    }
}

/// <summary>Vectors with one entry a channel of [N, C, spatial...].</summary>
internal static class Channels
{
    /// <summary>Checks an input that must be such a vector.</summary>
    public static void Check(Inference inference, SymbolicShape x, string name, int input)
    {
        if (x.Rank < 2) throw inference.Fail($"the input {x} has no channels; [N, C, spatial...] is expected.");
        if (inference.Input(input).Shape is { } vector && (vector.Rank != 1 || (vector.IsKnown && x[1].IsKnown && vector[0] != x[1])))
            throw inference.Fail($"{name} {vector} must be [{x[1]}], one entry a channel of {x}.");
    }

    /// <summary>A vector [C] as [C, 1...], so that it broadcasts along the channels of a value of the given rank.</summary>
    public static Value AlongChannels(this Value vector, int rank) => rank <= 2 ? vector : vector.Unsqueeze(Enumerable.Range(1, rank - 2).ToArray());

    /// <summary>The sums over all axes but the channels', as a vector [C].</summary>
    public static Value SumOverChannels(this Value x, int rank) => x.ReduceSum([0, .. Enumerable.Range(2, rank - 2)], keepDimensions: false);
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>InstanceNormalization</c>.</summary>
    public static Value InstanceNormalization(this Value x, Value scale, Value shift, float epsilon = 1e-5f, string? name = null) =>
        x.Owner.Apply(Operators.InstanceNormalization.Instance, [x, scale, shift], new Attributes { ["epsilon"] = epsilon }, name);

    /// <summary>ONNX <c>LayerNormalization</c> over the axes from <paramref name="axis"/> on.</summary>
    public static Value LayerNormalization(this Value x, Value scale, Value? shift, int axis = -1, float epsilon = 1e-5f, string? name = null) =>
        x.Owner.Apply(
        Operators.LayerNormalization.Instance, shift is null ? [x, scale]
            : [x, scale, shift], new Attributes { ["axis"] = axis, ["epsilon"] = epsilon }, name);

    /// <summary>ONNX <c>GroupNormalization</c>.</summary>
    public static Value GroupNormalization(this Value x, Value scale, Value shift, int groups, float epsilon = 1e-5f, string? name = null) =>
        x.Owner.Apply(
        Operators.GroupNormalization.Instance, [x, scale, shift], new Attributes { ["num_groups"] = groups, ["epsilon"] = epsilon }, name);
}
