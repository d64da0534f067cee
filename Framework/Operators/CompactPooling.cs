using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// <c>exec.MaxPoolCompact</c>: <see cref="MaxPool"/> whose second output numbers each maximum within its window, in a byte, instead of
/// within the whole input, in eight. Only inside a plan, where only the gradient reads it.
/// </summary>
public sealed class MaxPoolCompact : FloatOperator
{
    /// <summary>Windows of more places than a byte can number keep ONNX's indices.</summary>
    public const int LargestWindow = 256;

    private static readonly Signature s_signature = new([new("X")], ["Y", "Place"], requiredOutputs: 2);

    /// <summary>The operator.</summary>
    public static MaxPoolCompact Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "MaxPoolCompact";

    /// <inheritdoc/>
    public override string Domain => Domains.Execution;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        PoolingShapes.Infer(inference);
        inference.Output(1, ElementType.UInt8, PoolingShapes.Output(inference));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var window = PoolingShapes.Window(e.Attributes, e.Input(0).Shape, e.Output(0).Shape);
        int inputs = Window.Product(window.Input), outputs = Window.Product(window.Output);
        var taps = window.Taps().ToArray();
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        var place = e.Write<byte>(1);
        y.Fill(T.NegativeInfinity);
        for (int channel = 0; channel < x.Length / Math.Max(1, inputs); channel++)
        {
            var from = x.Slice(channel * inputs, inputs);
            var to = y.Slice(channel * outputs, outputs);
            var places = place.Slice(channel * outputs, outputs);
            var seen = new bool[outputs];
            foreach (var (o, k, i) in taps)
            {
                if (seen[o] && !(from[i] > to[o]) && !(T.IsNaN(from[i]) && !T.IsNaN(to[o]))) continue;
                seen[o] = true;
                to[o] = from[i];
                places[o] = (byte)k;
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => PoolingShapes.Cases().Select(c => new Sample(c.Name, [SampleInput.Normal(c.Input)], c.Attributes, 2));
}

/// <summary><c>exec.MaxPoolCompactGrad(dY, Place, shape of X)</c>: the gradient of <see cref="MaxPoolCompact"/>.</summary>
public sealed class MaxPoolCompactGrad : FloatOperator
{
    private static readonly Signature s_signature = new([new("dY"), new("Place"), new("shape", InputRole.Shape)], ["dX"]);

    /// <summary>The operator.</summary>
    public static MaxPoolCompactGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "MaxPoolCompactGrad";

    /// <inheritdoc/>
    public override string Domain => Domains.Execution;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. inference.ExtentsOf(2)]));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var window = PoolingShapes.Window(e.Attributes, e.Output(0).Shape, e.Input(0).Shape);
        int inputs = Window.Product(window.Input), outputs = Window.Product(window.Output);
        var taps = window.Taps().ToArray();
        var dy = e.Read<T>(0);
        var place = e.Read<byte>(1);
        var dx = e.Write<T>(0);
        for (int channel = 0; channel < dx.Length / Math.Max(1, inputs); channel++)
        {
            foreach (var (o, k, i) in taps)
            {
                if (place[(channel * outputs) + o] == k) dx[(channel * inputs) + i] += dy[(channel * outputs) + o];
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("overlapping", [SampleInput.Normal(1, 1, 2, 2), SampleInput.Fixed(Tensor.From<byte>([4, 3, 1, 0], [1, 1, 2, 2])), SampleInput.Integers(1, 1, 5, 5)],
            new Attributes { ["kernel_shape"] = new long[] { 3, 3 }, ["strides"] = new long[] { 2, 2 } }),
    ];
}
