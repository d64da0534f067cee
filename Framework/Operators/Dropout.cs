using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>Dropout</c>. In inference it passes its input on. A training graph holds <see cref="DropoutTraining"/> in its place; so does a
/// plain graph whose <c>training_mode</c> is a constant true, where it is evaluated with the attribute <c>seed</c>.
/// </summary>
public sealed class Dropout : FloatOperator
{
    private static readonly Signature s_signature = new(
        [new("data"), new("ratio", InputRole.Shape, Optional: true), new("training_mode", InputRole.Shape, Optional: true)], ["output", "mask"]);

    /// <summary>The operator.</summary>
    public static Dropout Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Dropout";

    /// <inheritdoc/>
    public override int SinceVersion => 12;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        inference.Output(1, ElementType.Bool, inference.Input(0).Shape);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        bool training = e.Has(2) && e.Input(2).AsSpan<bool>()[0];
        double ratio = !training ? 0 : e.Has(1) ? e.Input(1).ToArray<double>()[0] : 0.5;
        DropoutMask.Apply(e.Read<T>(0), e.Write<T>(0), e.OutputCount > 1 ? e.Write<bool>(1) : default, ratio, e.Attributes.Int("seed", 0), 0);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.InputCount > 2 && g.Node.Inputs[2] is not null)
            throw new Errors.UnsupportedModelException(g.Node.Place, "its training_mode is an input.", "Turn the graph into a training graph first.");
        g.Set(0, g.Gradient);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("inference", [SampleInput.Normal(2, 5)]),
        new("ratio given", [SampleInput.Normal(2, 5), SampleInput.Fixed(Tensor.Scalar(0.25f))]),
    ];
}

/// <summary>
/// <c>grad.DropoutTraining(data, counter)</c>: zeroes each element with probability <c>ratio</c> and scales the others by 1 / (1 - ratio)
/// (Srivastava et al. 2014, scaled as in ONNX). Which ones follows from <c>seed</c>, the counter and the element's place alone.
/// The second output is the mask of what was kept.
/// </summary>
public sealed class DropoutTraining : FloatOperator
{
    private static readonly Signature s_signature = new([new("data"), new("counter", InputRole.Shape)], ["output", "mask"], requiredOutputs: 2);

    /// <summary>The operator.</summary>
    public static DropoutTraining Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "DropoutTraining";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        inference.Output(1, ElementType.Bool, inference.Input(0).Shape);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e) => DropoutMask.Apply(
        e.Read<T>(0), e.Write<T>(0), e.Write<bool>(1), e.Attributes.Float("ratio", 0.5f), e.Attributes.Int("seed", 0), e.Read<long>(1)[0]);

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) =>
        g.Set(0, g.Builder.Apply(DropoutGrad.Instance, [g.Gradient, g.Output(1)], new Attributes { ["ratio"] = g.Attributes.Float("ratio", 0.5f) }));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("half", [SampleInput.Normal(4, 8), SampleInput.Fixed(Tensor.Scalar(3L))], new Attributes { ["ratio"] = 0.5f, ["seed"] = 7 }, Outputs: 2),
        new("none", [SampleInput.Normal(4, 8), SampleInput.Fixed(Tensor.Scalar(3L))], new Attributes { ["ratio"] = 0f }, Outputs: 2),
    ];
}

/// <summary><c>grad.DropoutGrad(dY, mask)</c>: passes on, scaled by 1 / (1 - ratio), the gradients of what was kept.</summary>
public sealed class DropoutGrad : FloatOperator
{
    private static readonly Signature s_signature = new([new("dY"), new("mask")], ["dX"]);

    /// <summary>The operator.</summary>
    public static DropoutGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "DropoutGrad";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var dy = e.Read<T>(0);
        var mask = e.Read<bool>(1);
        var dx = e.Write<T>(0);
        var scale = DropoutMask.Scale<T>(e.Attributes.Float("ratio", 0.5f));
        for (int i = 0; i < dx.Length; i++) dx[i] = mask[i] ? dy[i] * scale : T.Zero;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Builder.Apply(Instance, [g.Gradient, g.Input(1)], g.Attributes));

    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder) =>
        [inputs[0]! * inputs[1]!.Cast(inputs[0]!.ElementType) / builder.Scalar(1.0 - node.Attributes.Float("ratio", 0.5f), inputs[0]!.ElementType)];

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        [new("half", [SampleInput.Normal(4, 8), SampleInput.Booleans(4, 8)], new Attributes { ["ratio"] = 0.5f })];
}

/// <summary>Which elements dropout keeps: those whose random number, word i modulo 4 of Philox's block i / 4, is at least the ratio.</summary>
internal static class DropoutMask
{
    public static T Scale<T>(double ratio)
        where T : unmanaged, INumber<T> => T.CreateChecked(1 / (1 - ratio));

    public static void Apply<T>(ReadOnlySpan<T> x, Span<T> y, Span<bool> mask, double ratio, long seed, long counter)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var scale = Scale<T>(ratio);
        for (int i = 0; i < x.Length; i++)
        {
            var (w0, w1, w2, w3) = Philox.Block((ulong)seed, (ulong)counter, (ulong)i / 4);
            uint word = (i % 4) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
            bool kept = Philox.ToUnit(word) >= (float)ratio;
            y[i] = kept ? x[i] * scale : T.Zero;
            if (!mask.IsEmpty) mask[i] = kept;
        }
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Dropout</c>, which passes its input on until the graph is turned into a training graph.</summary>
    public static Value Dropout(this Value x, float ratio, string? name = null) =>
        x.Owner.Apply(Operators.Dropout.Instance, [x, x.Owner.Scalar(ratio, ElementType.Float32)], name: name);
}
