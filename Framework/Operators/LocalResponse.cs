using System.Numerics;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>LRN</c>, the local response normalisation of Krizhevsky, Sutskever and Hinton 2012: x / (bias + alpha / size * s)^beta, where s
/// is the sum of the squares of <c>size</c> neighbouring channels. The paper does not divide alpha by the size.
/// </summary>
public sealed class LRN : FloatOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static LRN Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "LRN";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        if (inference.ShapeOf(0) is { Rank: < 2 } x) throw inference.Fail($"the input {x} has no channels; [N, C, spatial...] is expected.");
        if (inference.Attributes.Int("size", 0) is < 1 or > int.MaxValue) throw inference.Fail("the attribute size must be at least 1.");
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var planes = new ChannelPlanes(e.Input(0).Shape);
        var formula = new ResponseFormula<T>(e.Attributes);
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        var sums = new T[planes.Size];
        for (int n = 0; n < planes.Images; n++)
        {
            for (int c = 0; c < planes.Channels; c++)
            {
                formula.Bases(planes, x, n, c, sums);
                var from = planes.Plane(x, n, c);
                var to = planes.Plane(y, n, c);
                for (int i = 0; i < to.Length; i++) to[i] = from[i] * T.Pow(sums[i], -formula.Beta);
            }
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Builder.Apply(LRNGrad.Instance, [g.Gradient, g.Input(0)], g.Attributes));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => LRNGrad.Instance.Samples.Select(s => s with { Inputs = [s.Inputs[1]] });
}

/// <summary>
/// <c>grad.LRNGrad(dY, X)</c>, with the attributes of the forward node and b the base of its power: dY b^-beta - 2 alpha beta / size x s, where
/// s sums dY x b^(-beta - 1) over those channels in whose window this one is.
/// </summary>
public sealed class LRNGrad : FloatOperator
{
    private static readonly Signature s_signature = new([new("dY"), new("X")], ["dX"]);

    /// <summary>The operator.</summary>
    public static LRNGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "LRNGrad";

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
        var planes = new ChannelPlanes(e.Input(1).Shape);
        var formula = new ResponseFormula<T>(e.Attributes);
        var dy = e.Read<T>(0);
        var x = e.Read<T>(1);
        var dx = e.Write<T>(0);
        var bases = new T[planes.Size];
        for (int n = 0; n < planes.Images; n++)
        {
            for (int c = 0; c < planes.Channels; c++)
            {
                formula.Bases(planes, x, n, c, bases);
                var gradient = planes.Plane(dy, n, c);
                var own = planes.Plane(x, n, c);
                var to = planes.Plane(dx, n, c);
                for (int i = 0; i < bases.Length; i++)
                {
                    var power = T.Pow(bases[i], -formula.Beta);
                    to[i] += gradient[i] * power;
                    bases[i] = formula.Slope * gradient[i] * own[i] * power / bases[i];
                }

                // What this channel's result owes to each channel of its window.
                var (first, last) = formula.Channels(c, planes.Channels);
                for (int k = first; k <= last; k++)
                {
                    var neighbour = planes.Plane(x, n, k);
                    var share = planes.Plane(dx, n, k);
                    for (int i = 0; i < bases.Length; i++) share[i] -= neighbour[i] * bases[i];
                }
            }
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var (dy, x) = (inputs[0]!, inputs[1]!);
        if (x.Shape is not { Rank: >= 3 and var rank }) return null;
        var a = node.Attributes;
        long size = a.Int("size", 1), before = (size - 1) / 2, after = size / 2;
        float alpha = a.Float("alpha", 1e-4f), beta = a.Float("beta", 0.75f);
        var power = x.Number(beta);
        var bases = (Means(x * x, before, after) * alpha) + a.Float("bias", 1);
        var shares = dy * x / bases.Pow(power) / bases;
        return [(dy / bases.Pow(power)) - (x * Means(shares, after, before) * 2 * alpha * beta)];

        // The sum over neighbouring channels divided by the size: an average pool over the channels, as the first of the spatial axes.
        Value Means(Value values, long first, long last)
        {
            var pooled = values.Unsqueeze(1).AveragePool(new Attributes
            {
                ["kernel_shape"] = Axes(size, 1),
                ["pads"] = new[] { Axes(first, 0), Axes(last, 0) }.SelectMany(p => p).ToArray(),
                ["count_include_pad"] = true,
            });
            return pooled.Squeeze(1);
        }

        long[] Axes(long channels, long others) => [channels, .. Enumerable.Repeat(others, rank - 2)];
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            SampleInput[] inputs = [SampleInput.Normal(2, 7, 2, 3), SampleInput.Normal(2, 7, 2, 3)];
            yield return new("defaults", inputs, new Attributes { ["size"] = 5 });
            yield return new("AlexNet", inputs, new Attributes { ["size"] = 5, ["alpha"] = 5e-4f, ["beta"] = 0.75f, ["bias"] = 2f });
            yield return new("strong", inputs, new Attributes { ["size"] = 3, ["alpha"] = 0.5f, ["beta"] = 0.5f, ["bias"] = 1.5f });
        }
    }
}

/// <summary>The attributes of local response normalisation, and the base of its power.</summary>
internal readonly struct ResponseFormula<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _factor;
    private readonly T _bias;
    private readonly int _size;

    public ResponseFormula(Attributes attributes)
    {
        _size = (int)attributes.Int("size", 1);
        _factor = T.CreateChecked(attributes.Float("alpha", 1e-4f)) / T.CreateChecked(_size);
        _bias = T.CreateChecked(attributes.Float("bias", 1));
        Beta = T.CreateChecked(attributes.Float("beta", 0.75f));
    }

    public T Beta { get; }

    /// <summary>The factor 2 alpha beta / size of the gradient.</summary>
    public T Slope => (_factor + _factor) * Beta;

    /// <summary>The channels of a channel's window, both included; of an even size the greater half lies behind.</summary>
    public (int First, int Last) Channels(int channel, int channels) =>
        (Math.Max(0, channel - ((_size - 1) / 2)), (int)Math.Min(channels - 1L, channel + (_size / 2L)));

    /// <summary>bias + alpha / size times the sum of squares in a channel's window, for each place of its plane.</summary>
    public void Bases(in ChannelPlanes planes, ReadOnlySpan<T> x, int image, int channel, Span<T> to)
    {
        to.Clear();
        var (first, last) = Channels(channel, planes.Channels);
        for (int k = first; k <= last; k++)
        {
            var plane = planes.Plane(x, image, k);
            for (int i = 0; i < to.Length; i++) to[i] += plane[i] * plane[i];
        }

        foreach (ref var value in to) value = _bias + (_factor * value);
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>LRN</c>; note that <paramref name="alpha"/> is divided by <paramref name="size"/>.</summary>
    public static Value LRN(this Value x, int size, float alpha = 1e-4f, float beta = 0.75f, float bias = 1, string? name = null) => x.Owner.Apply(
        Operators.LRN.Instance, [x], new Attributes { ["size"] = size, ["alpha"] = alpha, ["beta"] = beta, ["bias"] = bias }, name);
}
