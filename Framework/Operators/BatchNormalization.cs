using System.Numerics;
using Framework.Errors;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>BatchNormalization</c> (Ioffe and Szegedy 2015) of [N, C, spatial...]. In inference each channel is brought to mean 0 and
/// variance 1 by the statistics that the model holds. With <c>training_mode</c> it is by the batch's own, and the outputs 1 and 2 are the
/// new running statistics:
/// here <c>momentum</c> is the weight of the old value (PyTorch's is that of the new one), and the variance is the population's (PyTorch keeps the
/// unbiased one).
/// </summary>
public sealed class BatchNormalization : FloatOperator
{
    private static readonly Signature s_signature = new(
        [
            new("X"), new("scale", InputRole.Parameter), new("B", InputRole.Parameter),
            new("input_mean", InputRole.State), new("input_var", InputRole.State),
        ],
        ["Y", "running_mean", "running_var"]);

    /// <summary>The operator.</summary>
    public static BatchNormalization Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "BatchNormalization";

    /// <inheritdoc/>
    public override int SinceVersion => 15;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        if (inference.OutputCount > 1 && !Trains(inference.Attributes))
            throw inference.Fail("has outputs for running statistics, which it makes only with training_mode.");
        if (Trains(inference.Attributes) && inference.OutputCount < 3) throw inference.Fail("needs its three outputs with training_mode.");
        BatchStatistics.Infer(inference, outputs: 3);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        if (Trains(e.Attributes))
        {
            BatchStatistics.Train<T>(e, unbiased: false);
            return;
        }

        var planes = new ChannelPlanes(e.Input(0).Shape);
        T epsilon = Standardization.Epsilon<T>(e.Attributes);
        var scale = e.Read<T>(1);
        var shift = e.Read<T>(2);
        var mean = e.Read<T>(3);
        var variance = e.Read<T>(4);
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int c = 0; c < planes.Channels; c++)
            BatchStatistics.Normalize(planes, c, x, y, mean[c], T.One / T.Sqrt(variance[c] + epsilon), scale[c], shift[c]);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var x = g.Input(0);
        int rank = x.Shape?.Rank ?? throw new UnsupportedModelException(g.Node.Place, "its gradient needs an input of known rank.");
        var epsilon = x.Number(g.Attributes.Float("epsilon", 1e-5f));
        if (Trains(g.Attributes))
        {
            int[] axes = [0, .. Enumerable.Range(2, rank - 2)];
            var average = x.ReduceMean(axes, keepDimensions: false);
            var distance = x - average.AlongChannels(rank);
            var inverse = ((distance * distance).ReduceMean(axes, keepDimensions: false) + epsilon).Sqrt().Reciprocal();
            BatchStatistics.SetGradients(g, rank, average, inverse, unbiased: false);
            return;
        }

        var deviation = (g.Input(4) + epsilon).Sqrt().Reciprocal();
        var slope = g.Input(1) * deviation;
        if (g.Needs(0)) g.Set(0, g.Gradient * slope.AlongChannels(rank));
        if (g.Needs(2)) g.Set(2, g.Gradient.SumOverChannels(rank));
        if (g.Needs(3)) g.Set(3, -(slope * g.Gradient.SumOverChannels(rank)));
        if (!g.Needs(1) && !g.Needs(4)) return;
        var centred = (g.Gradient * (x - g.Input(3).AlongChannels(rank))).SumOverChannels(rank);
        if (g.Needs(1)) g.Set(1, centred * deviation);
        if (g.Needs(4)) g.Set(4, centred * slope * deviation * deviation * -0.5f);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("inference", Inputs([2, 3, 4, 2])),
        new("matrix", Inputs([4, 3]), new Attributes { ["epsilon"] = 0.125f }),
        new("training", Inputs([3, 2, 2, 2]), new Attributes { ["training_mode"] = true, ["momentum"] = 0.75f }, Outputs: 3),
    ];

    internal static SampleInput[] Inputs(int[] x) =>
        [SampleInput.Normal(x), SampleInput.Normal(x[1]), SampleInput.Normal(x[1]), SampleInput.Normal(x[1]), SampleInput.Uniform(0.5f, 2, x[1])];

    private static bool Trains(Attributes attributes) => attributes.Int("training_mode", 0) != 0;
}

/// <summary>
/// <c>grad.BatchNormalizationTraining(X, scale, B, running mean, running variance)</c>: normalises by the batch's statistics. The outputs are the
/// result, the new running mean and variance, and for the way back the batch's mean and inverse deviation. <c>momentum</c> is the weight of the
/// old running value, as in ONNX; with <c>unbiased</c> the running variance takes the batch's variance times n / (n - 1), as PyTorch does.
/// </summary>
public sealed class BatchNormalizationTraining : FloatOperator
{
    private static readonly Signature s_signature = new(
        [
            new("X"), new("scale", InputRole.Parameter), new("B", InputRole.Parameter),
            new("input_mean", InputRole.State), new("input_var", InputRole.State),
        ],
        ["Y", "running_mean", "running_var", "saved_mean", "saved_inverse_deviation"]);

    /// <summary>The operator.</summary>
    public static BatchNormalizationTraining Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "BatchNormalizationTraining";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => BatchStatistics.Infer(inference, outputs: 5);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e) => BatchStatistics.Train<T>(e, e.Attributes.Int("unbiased", 0) != 0);

    /// <inheritdoc/>
    public override int OutputsForGradient(Node node) => 5;

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        int rank = g.Input(0).Shape?.Rank ?? throw new UnsupportedModelException(g.Node.Place, "its gradient needs an input of known rank.");
        BatchStatistics.SetGradients(g, rank, g.Output(3), g.Output(4), g.Attributes.Int("unbiased", 0) != 0);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var x = inputs[0]!;
        if (x.Shape is not { } shape) return null;
        int[] axes = [0, .. Enumerable.Range(2, shape.Rank - 2)];
        float momentum = node.Attributes.Float("momentum", 0.9f);
        var mean = x.ReduceMean(axes, keepDimensions: false);
        var centred = x - mean.AlongChannels(shape.Rank);
        var variance = (centred * centred).ReduceMean(axes, keepDimensions: false);
        var inverse = (variance + node.Attributes.Float("epsilon", 1e-5f)).Sqrt().Reciprocal();
        var y = (centred * (inverse * inputs[1]!).AlongChannels(shape.Rank)) + inputs[2]!.AlongChannels(shape.Rank);
        if (node.Attributes.Int("unbiased", 0) != 0)
        {
            var count = BatchStatistics.Count(x, mean);
            variance = variance * (count / (count - 1));
        }

        // 1 - momentum is subtracted in the graph: for most momenta binary32 does not hold it.
        var share = 1 - x.Number(momentum);
        return [y, (inputs[3]! * momentum) + (mean * share), (inputs[4]! * momentum) + (variance * share), mean, inverse];
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("population variance", BatchNormalization.Inputs([3, 2, 2, 2]), new Attributes { ["momentum"] = 0.75f }),
        new("unbiased variance", BatchNormalization.Inputs([4, 3, 5]), new Attributes { ["unbiased"] = true, ["epsilon"] = 0.125f }, Outputs: 5),
        new("matrix", BatchNormalization.Inputs([5, 3]), Outputs: 5),
    ];
}

/// <summary>
/// <c>grad.BatchNormalizationTrainingGrad(dY, X, scale, mean, inverse deviation)</c>: the gradients with respect to X, scale and shift.
/// With z = (x - mean) / deviation: dX = scale / deviation (dY - mean(dY) - z mean(dY z)).
/// </summary>
public sealed class BatchNormalizationTrainingGrad : FloatOperator
{
    private static readonly Signature s_signature = new(
        [new("dY"), new("X"), new("scale", InputRole.Parameter), new("saved_mean"), new("saved_inverse_deviation")],
        ["dX", "dScale", "dB"],
        requiredOutputs: 3);

    /// <summary>The operator.</summary>
    public static BatchNormalizationTrainingGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "BatchNormalizationTrainingGrad";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(1), inference.Input(1).Shape);
        inference.Output(1, inference.TypeOf(1), inference.Input(2).Shape);
        inference.Output(2, inference.TypeOf(1), inference.Input(2).Shape);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var planes = new ChannelPlanes(e.Input(1).Shape);
        T count = T.CreateChecked(planes.Images * planes.Size);
        var dy = e.Read<T>(0);
        var x = e.Read<T>(1);
        var scale = e.Read<T>(2);
        var means = e.Read<T>(3);
        var inverses = e.Read<T>(4);
        var dx = e.Write<T>(0);
        var dScale = e.Write<T>(1);
        var dShift = e.Write<T>(2);
        for (int c = 0; c < planes.Channels; c++)
        {
            T sum = T.Zero, product = T.Zero, mean = means[c], inverse = inverses[c];
            for (int n = 0; n < planes.Images; n++)
            {
                var gradients = planes.Plane(dy, n, c);
                var values = planes.Plane(x, n, c);
                for (int i = 0; i < gradients.Length; i++)
                {
                    sum += gradients[i];
                    product += gradients[i] * (values[i] - mean);
                }
            }

            (dScale[c], dShift[c]) = (product * inverse, sum);
            T average = sum / count, slope = product * inverse * inverse / count, factor = scale[c] * inverse;
            for (int n = 0; n < planes.Images; n++)
            {
                var gradients = planes.Plane(dy, n, c);
                var values = planes.Plane(x, n, c);
                var to = planes.Plane(dx, n, c);
                for (int i = 0; i < to.Length; i++) to[i] = factor * (gradients[i] - average - ((values[i] - mean) * slope));
            }
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var (dy, x, scale, mean, inverse) = (inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]!, inputs[4]!);
        if (x.Shape is not { } shape) return null;
        var z = (x - mean.AlongChannels(shape.Rank)) * inverse.AlongChannels(shape.Rank);
        var shift = dy.SumOverChannels(shape.Rank);
        var product = (dy * z).SumOverChannels(shape.Rank);
        var count = BatchStatistics.Count(x, mean);
        var dx = dy - (shift / count).AlongChannels(shape.Rank) - (z * (product / count).AlongChannels(shape.Rank));
        return [dx * (scale * inverse).AlongChannels(shape.Rank), product, shift];
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("images", Inputs([3, 2, 2, 3]), Outputs: 3),
        new("matrix", Inputs([5, 3]), Outputs: 3),
    ];

    private static SampleInput[] Inputs(int[] x) =>
        [SampleInput.Normal(x), SampleInput.Normal(x), SampleInput.Normal(x[1]), SampleInput.Normal(x[1]), SampleInput.Uniform(0.5f, 2, x[1])];
}

/// <summary>What the operators of batch normalisation share.</summary>
internal static class BatchStatistics
{
    public static void Infer(Inference inference, int outputs)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        for (int i = 1; i < outputs; i++) inference.Output(i, inference.TypeOf(i < 3 ? i + 2 : 0), inference.Input(1).Shape);
        var x = inference.ShapeOf(0);
        string[] names = ["scale", "B", "input_mean", "input_var"];
        for (int i = 0; i < names.Length; i++) Channels.Check(inference, x, names[i], i + 1);
    }

    /// <summary>y = (x - mean) inverse scale + shift over one channel.</summary>
    public static void Normalize<T>(in ChannelPlanes planes, int channel, ReadOnlySpan<T> x, Span<T> y, T mean, T inverse, T scale, T shift)
        where T : unmanaged, INumber<T>
    {
        for (int n = 0; n < planes.Images; n++)
        {
            var from = planes.Plane(x, n, channel);
            var to = planes.Plane(y, n, channel);
            for (int i = 0; i < to.Length; i++) to[i] = ((from[i] - mean) * inverse * scale) + shift;
        }
    }

    /// <summary>
    /// Normalises by the batch's statistics; writes as many of Y, new mean, new variance, saved mean and saved inverse deviation as are
    /// asked for.
    /// </summary>
    public static void Train<T>(Evaluation e, bool unbiased)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var planes = new ChannelPlanes(e.Input(0).Shape);
        T epsilon = Standardization.Epsilon<T>(e.Attributes), momentum = T.CreateChecked(e.Attributes.Float("momentum", 0.9f));
        T count = T.CreateChecked(planes.Images * planes.Size);
        var x = e.Read<T>(0);
        var scale = e.Read<T>(1);
        var shift = e.Read<T>(2);
        var y = e.Write<T>(0);
        for (int c = 0; c < planes.Channels; c++)
        {
            T sum = T.Zero, squares = T.Zero;
            for (int n = 0; n < planes.Images; n++)
            {
                foreach (var value in planes.Plane(x, n, c)) sum += value;
            }

            var mean = sum / count;
            for (int n = 0; n < planes.Images; n++)
            {
                foreach (var value in planes.Plane(x, n, c)) squares += (value - mean) * (value - mean);
            }

            var inverse = T.One / T.Sqrt((squares / count) + epsilon);
            Normalize(planes, c, x, y, mean, inverse, scale[c], shift[c]);
            var kept = squares / (unbiased ? count - T.One : count);
            if (e.OutputCount > 1) e.Write<T>(1)[c] = (e.Read<T>(3)[c] * momentum) + (mean * (T.One - momentum));
            if (e.OutputCount > 2) e.Write<T>(2)[c] = (e.Read<T>(4)[c] * momentum) + (kept * (T.One - momentum));
            if (e.OutputCount > 3) e.Write<T>(3)[c] = mean;
            if (e.OutputCount > 4) e.Write<T>(4)[c] = inverse;
        }
    }

    /// <summary>The gradients of a training node, whose batch mean and inverse deviation are given.</summary>
    public static void SetGradients(Differentiation g, int rank, Value mean, Value inverse, bool unbiased)
    {
        var x = g.Input(0);
        var gradients = g.Builder.ApplyMany(BatchNormalizationTrainingGrad.Instance, [g.GradientOrZeros(0), x, g.Input(1), mean, inverse], 3);
        float momentum = g.Attributes.Float("momentum", 0.9f);
        if (g.Needs(0)) g.Set(0, FromStatistics(g, mean, inverse, unbiased, momentum) is { } further ? gradients[0] + Spread(further) : gradients[0]);
        if (g.Needs(1)) g.Set(1, gradients[1]);
        if (g.Needs(2)) g.Set(2, gradients[2]);
        for (int i = 1; i < 3; i++)
        {
            if (g.Needs(i + 2) && g.OutputGradient(i) is { } running) g.Set(i + 2, running * momentum);
        }

        // The mean depends on each element by 1 / n, the variance by 2 (x - mean) / n.
        Value Spread((Value Mean, Value Variance) further) =>
            (further.Mean.AlongChannels(rank) + ((x - mean.AlongChannels(rank)) * 2 * further.Variance.AlongChannels(rank))) / Count(x, mean);
    }

    // The gradients of the batch's mean and variance by way of the statistics that are outputs; null where nobody uses those.
    private static (Value Mean, Value Variance)? FromStatistics(Differentiation g, Value mean, Value inverse, bool unbiased, float momentum)
    {
        if (!Enumerable.Range(1, g.Node.Outputs.Count - 1).Any(i => g.OutputGradient(i) is not null)) return null;
        var x = g.Input(0);
        var zeros = mean.Number(0).Expand(mean.ShapeOf());
        Value Of(int output) => g.OutputGradient(output) ?? zeros;
        var share = 1 - x.Number(momentum);
        var variance = Of(2) * share;
        if (unbiased) variance = variance * (Count(x, mean) / (Count(x, mean) - 1));
        return ((Of(1) * share) + Of(3), variance - (Of(4) * inverse * inverse * inverse * 0.5f));
    }

    /// <summary>How many elements a channel has in the batch.</summary>
    public static Value Count(Value x, Value mean) => (x.ShapeOf().ElementProduct() / mean.ShapeOf().ElementProduct()).Cast(x.ElementType);
}

/// <summary>The planes of [N, C, spatial...]: one for each image and channel.</summary>
internal readonly struct ChannelPlanes(Tensors.Shape shape)
{
    public int Images { get; } = shape[0];

    public int Channels { get; } = shape[1];

    /// <summary>Elements of a plane.</summary>
    public int Size { get; } = shape[2..].ElementCount;

    public ReadOnlySpan<T> Plane<T>(ReadOnlySpan<T> x, int image, int channel) => x.Slice(((image * Channels) + channel) * Size, Size);

    public Span<T> Plane<T>(Span<T> x, int image, int channel) => x.Slice(((image * Channels) + channel) * Size, Size);
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>BatchNormalization</c> in its inference form.</summary>
    /// <param name="x">Input [N, C, spatial...].</param>
    /// <param name="scale">Factor [C].</param>
    /// <param name="shift">Summand [C].</param>
    /// <param name="mean">Running mean [C].</param>
    /// <param name="variance">Running variance [C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">Weight of the old running value in training, as in ONNX.</param>
    /// <param name="name">The node's name.</param>
    public static Value BatchNormalization(
        this Value x, Value scale, Value shift, Value mean, Value variance, float epsilon = 1e-5f, float momentum = 0.9f, string? name = null) =>
        x.Owner.Apply(
            Operators.BatchNormalization.Instance, [x, scale, shift, mean, variance],
                new Attributes { ["epsilon"] = epsilon, ["momentum"] = momentum }, name);
}
