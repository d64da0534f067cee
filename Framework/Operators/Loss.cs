using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>SoftmaxCrossEntropyLoss</c>: -log softmax(scores)[label], over scores [N, C, d...] and labels [N, d...], averaged, summed or left by
/// <c>reduction</c>. Optional weights by class; labels equal to <c>ignore_index</c> do not count. The second output is log softmax.
/// </summary>
public sealed class SoftmaxCrossEntropyLoss : FloatOperator
{
    private static readonly Signature s_signature = new(
        [new("scores"), new("labels"), new("weights", InputRole.Shape, Optional: true)], ["output", "log_prob"]);

    /// <summary>The operator.</summary>
    public static SoftmaxCrossEntropyLoss Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "SoftmaxCrossEntropyLoss";

    /// <inheritdoc/>
    public override int SinceVersion => 13;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(1, inference.TypeOf(0), inference.Input(0).Shape);
        inference.Output(0, inference.TypeOf(0), ClassLines.ReducedShape(inference));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var classes = new ClassLines(e.Input(0).Shape);
        var labels = e.Input(1).ToArray<long>();
        var weights = e.Has(2) ? e.Read<T>(2) : default;
        var scores = e.Read<T>(0);
        var logs = e.OutputCount > 1 ? e.Write<T>(1) : new T[scores.Length];
        var (losses, weight) = (new T[labels.Length], T.Zero);
        for (int i = 0; i < labels.Length; i++)
        {
            T maximum = T.NegativeInfinity, sum = T.Zero;
            for (int c = 0; c < classes.Count; c++) maximum = T.Max(maximum, scores[classes.Place(i, c)]);
            for (int c = 0; c < classes.Count; c++) sum += T.Exp(scores[classes.Place(i, c)] - maximum);
            var shift = maximum + T.Log(sum);
            for (int c = 0; c < classes.Count; c++) logs[classes.Place(i, c)] = scores[classes.Place(i, c)] - shift;
            if (classes.WeightOf(e.Place, labels[i], e.Attributes, weights) is not { } w) continue;
            losses[i] = -logs[classes.Place(i, (int)labels[i])] * w;
            weight += w;
        }

        ClassLines.Reduce(losses, weight, e);
    }

    /// <inheritdoc/>
    public override int OutputsForGradient(Node node) => 2;

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.OutputGradient(1) is not null)
            throw new Errors.UnsupportedModelException(g.Node.Place, "no gradient flows through its second output.", "Use LogSoftmax beside it.");
        Value?[] inputs = [g.Gradient, g.Output(1), g.Input(1), g.InputCount > 2 ? g.Node.Inputs[2] : null];
        g.Set(0, g.Builder.Apply(SoftmaxCrossEntropyLossGrad.Instance, inputs[3] is null ? inputs[..3] : inputs, g.Attributes));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("mean", [SampleInput.Normal(4, 5), SampleInput.Labels(5, 4)]),
        new("sum", [SampleInput.Normal(4, 5), SampleInput.Labels(5, 4)], new Attributes { ["reduction"] = "sum" }),
        new("none", [SampleInput.Normal(4, 5), SampleInput.Labels(5, 4)], new Attributes { ["reduction"] = "none" }),
        new("weights", [SampleInput.Normal(4, 3), SampleInput.Labels(3, 4), SampleInput.Fixed(Tensor.From([0.5f, 1f, 2f], [3]))]),
        new("pixels, one label ignored", [SampleInput.Normal(2, 3, 2, 2), SampleInput.Labels(3, 2, 2, 2)], new Attributes { ["ignore_index"] = 1 }),
    ];
}

/// <summary>
/// <c>grad.SoftmaxCrossEntropyLossGrad(dLoss, log_prob, labels, weights?)</c>: <c>(softmax - one-hot) w</c>, scaled as the loss was reduced.
/// Carries the attributes of the forward node.
/// </summary>
public sealed class SoftmaxCrossEntropyLossGrad : FloatOperator
{
    private static readonly Signature s_signature = new(
        [new("dLoss"), new("log_prob"), new("labels"), new("weights", InputRole.Shape, Optional: true)], ["dScores"]);

    /// <summary>The operator.</summary>
    public static SoftmaxCrossEntropyLossGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "SoftmaxCrossEntropyLossGrad";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(1), inference.Input(1).Shape);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var classes = new ClassLines(e.Input(1).Shape);
        var labels = e.Input(2).ToArray<long>();
        var weights = e.Has(3) ? e.Read<T>(3) : default;
        var gradient = e.Read<T>(0);
        var logs = e.Read<T>(1);
        var to = e.Write<T>(0);
        string reduction = e.Attributes.String("reduction", "mean");
        var total = T.Zero;
        foreach (long label in labels) total += classes.WeightOf(e.Place, label, e.Attributes, weights) ?? T.Zero;
        for (int i = 0; i < labels.Length; i++)
        {
            if (classes.WeightOf(e.Place, labels[i], e.Attributes, weights) is not { } weight) continue;
            var scale = weight * gradient[reduction == "none" ? i : 0];
            if (reduction == "mean") scale /= total;
            for (int c = 0; c < classes.Count; c++) to[classes.Place(i, c)] = T.Exp(logs[classes.Place(i, c)]) * scale;
            to[classes.Place(i, (int)labels[i])] -= scale;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var (logs, labels) = (inputs[1]!, inputs[2]!);
        var labelled = new LabelWeights(logs, labels, inputs.Count > 3 ? inputs[3] : null, node.Attributes);
        var scale = labelled.Scaled(inputs[0]!, node.Attributes);
        return [(logs.Exp() - labelled.OneHot) * scale.Unsqueeze(1)];
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("mean", [SampleInput.Normal(), SampleInput.LogProbabilities(4, 5), SampleInput.Labels(5, 4)]),
        new("sum", [SampleInput.Normal(), SampleInput.LogProbabilities(4, 5), SampleInput.Labels(5, 4)], new Attributes { ["reduction"] = "sum" }),
        new("none", [SampleInput.Normal(4), SampleInput.LogProbabilities(4, 5), SampleInput.Labels(5, 4)], new Attributes { ["reduction"] = "none" }),
        new("weights, pixels, one label ignored",
            [SampleInput.Normal(), SampleInput.LogProbabilities(2, 3, 2, 2), SampleInput.Labels(3, 2, 2, 2),
                SampleInput.Fixed(Tensor.From([0.5f, 1f, 2f], [3]))],
            new Attributes { ["ignore_index"] = 1 }),
        new("label outside the classes ignored", [SampleInput.Normal(), SampleInput.LogProbabilities(3, 4), SampleInput.Integers(2, -1, 0)],
            new Attributes { ["ignore_index"] = -1 }),
    ];
}

/// <summary>
/// Labels [N, d...] of values [N, C, d...] in ONNX's own operators: which class each has and what it weighs, 0 where it is ignored.
/// </summary>
internal sealed class LabelWeights
{
    private readonly Value _values;

    public LabelWeights(Value values, Value labels, Value? classWeights, Attributes attributes)
    {
        _values = values;
        var builder = values.Owner;
        var ones = values.Number(1).Expand(labels.ShapeOf());
        if (attributes.Has("ignore_index"))
        {
            var ignored = labels.Equal(labels.Number(attributes.Int("ignore_index", 0)));
            ones = ignored.Where(values.Number(0), ones);
            labels = ignored.Where(labels.Number(0), labels);
        }

        Weights = classWeights is null ? ones : ones * classWeights.Gather(labels, axis: 0);
        OneHot = labels.OneHot(values.ShapeOf().Gather(builder.Scalar(1, ElementType.Int64), axis: 0), axis: 1, values.ElementType);
    }

    /// <summary>What each label weighs, [N, d...].</summary>
    public Value Weights { get; }

    /// <summary>1 at each label's class, [N, C, d...].</summary>
    public Value OneHot { get; }

    /// <summary>The gradient of the loss times the weights, scaled as the loss was reduced.</summary>
    public Value Scaled(Value gradient, Attributes attributes)
    {
        var scaled = Weights * gradient;
        return attributes.String("reduction", "mean") == "mean" ? scaled / Weights.ReduceSum([], keepDimensions: false) : scaled;
    }

    /// <summary>The gradient of -sum of value[label] w with respect to the values.</summary>
    public Value Gradient(Value gradient, Attributes attributes) => -(OneHot * Scaled(gradient, attributes).Unsqueeze(1)).Cast(_values.ElementType);
}

/// <summary>
/// ONNX <c>NegativeLogLikelihoodLoss</c>: -input[label] w over log-probabilities [N, C, d...] and labels [N, d...], averaged by weight, summed or
/// left by <c>reduction</c>; labels equal to <c>ignore_index</c> do not count.
/// </summary>
public sealed class NegativeLogLikelihoodLoss : FloatOperator
{
    private static readonly Signature s_signature = new(
        [new("input"), new("target"), new("weight", InputRole.Shape, Optional: true)], ["loss"]);

    /// <summary>The operator.</summary>
    public static NegativeLogLikelihoodLoss Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "NegativeLogLikelihoodLoss";

    /// <inheritdoc/>
    public override int SinceVersion => 13;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), ClassLines.ReducedShape(inference));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var classes = new ClassLines(e.Input(0).Shape);
        var labels = e.Input(1).ToArray<long>();
        var weights = e.Has(2) ? e.Read<T>(2) : default;
        var x = e.Read<T>(0);
        var (losses, total) = (new T[labels.Length], T.Zero);
        for (int i = 0; i < labels.Length; i++)
        {
            if (classes.WeightOf(e.Place, labels[i], e.Attributes, weights) is not { } w) continue;
            losses[i] = -x[classes.Place(i, (int)labels[i])] * w;
            total += w;
        }

        ClassLines.Reduce(losses, total, e);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var labelled = new LabelWeights(g.Input(0), g.Input(1), g.InputCount > 2 ? g.Node.Inputs[2] : null, g.Attributes);
        g.Set(0, labelled.Gradient(g.Gradient, g.Attributes));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => SoftmaxCrossEntropyLoss.Instance.Samples;
}

/// <summary>Where the scores of a labelled place lie in [N, C, d...].</summary>
internal readonly struct ClassLines(Shape scores)
{
    private readonly int _inner = scores[2..].ElementCount;

    /// <summary>The number of classes.</summary>
    public int Count { get; } = scores[1];

    public int Place(int label, int c) => (((label / _inner * Count) + c) * _inner) + (label % _inner);

    /// <summary>The shape of a loss over scores and labels, the inputs 0 and 1, as <c>reduction</c> leaves it.</summary>
    public static SymbolicShape ReducedShape(Inference inference)
    {
        var (scores, labels) = (inference.ShapeOf(0), inference.ShapeOf(1));
        if (scores.Rank < 2) throw inference.Fail($"the scores {scores} need a batch and a class axis.");
        SymbolicShape expected = [scores[0], .. scores[2..]];
        if (labels.Rank != expected.Rank || expected.Zip(labels).Any(p => p.First.IsKnown && p.Second.IsKnown && p.First != p.Second))
            throw inference.Fail($"the labels {labels} do not fit the scores {scores}; {expected} is expected.");
        string reduction = inference.Attributes.String("reduction", "mean");
        if (reduction is not ("mean" or "sum" or "none")) throw inference.Fail($"reduction '{reduction}' is not mean, sum or none.");
        return reduction == "none" ? labels : [];
    }

    /// <summary>Writes the losses of all labels as <c>reduction</c> says; the mean is by weight.</summary>
    public static void Reduce<T>(T[] losses, T weight, Evaluation e)
        where T : unmanaged, INumber<T>
    {
        string reduction = e.Attributes.String("reduction", "mean");
        var y = e.Write<T>(0);
        if (reduction == "none")
        {
            losses.CopyTo(y);
            return;
        }

        var total = T.Zero;
        foreach (var loss in losses) total += loss;
        y[0] = reduction == "sum" ? total : total / weight;
    }

    /// <summary>The weight of a label; null where it is to be ignored.</summary>
    public T? WeightOf<T>(string place, long label, Attributes attributes, ReadOnlySpan<T> weights)
        where T : unmanaged, INumber<T>
    {
        if (attributes.Has("ignore_index") && label == attributes.Int("ignore_index", 0)) return null;
        if (label < 0 || label >= Count) throw new Errors.DataFormatException(place, $"the label {label} is outside 0 to {Count - 1}.");
        if (weights.IsEmpty) return T.One;
        return label < weights.Length ? weights[(int)label] : throw new Errors.ShapeException(place, $"has {weights.Length} weights for {Count} classes.");
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>SoftmaxCrossEntropyLoss</c>.</summary>
    /// <param name="scores">Scores [N, C, d...].</param>
    /// <param name="labels">Class indices [N, d...].</param>
    /// <param name="reduction"><c>mean</c>, <c>sum</c> or <c>none</c>.</param>
    public static Value SoftmaxCrossEntropyLoss(this Value scores, Value labels, string reduction = "mean") =>
        scores.Owner.Apply(Operators.SoftmaxCrossEntropyLoss.Instance, [scores, labels], new Attributes { ["reduction"] = reduction });

    /// <summary>ONNX <c>NegativeLogLikelihoodLoss</c> of log-probabilities.</summary>
    /// <param name="logs">Log-probabilities [N, C, d...].</param>
    /// <param name="labels">Class indices [N, d...].</param>
    /// <param name="reduction"><c>mean</c>, <c>sum</c> or <c>none</c>.</param>
    public static Value NegativeLogLikelihoodLoss(this Value logs, Value labels, string reduction = "mean") =>
        logs.Owner.Apply(Operators.NegativeLogLikelihoodLoss.Instance, [logs, labels], new Attributes { ["reduction"] = reduction });

    /// <summary>The mean of the squared differences, as a scalar.</summary>
    public static Value MeanSquaredError(this Value x, Value target)
    {
        var difference = x - target;
        return (difference * difference).ReduceMean([], keepDimensions: false);
    }
}
