using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>ONNX <c>Tile</c>: repeats a value along each axis.</summary>
public sealed class Tile : MovementOperator
{
    private static readonly Signature s_signature = new([new("input"), new("repeats", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static Tile Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Tile";

    /// <inheritdoc/>
    public override int SinceVersion => 6;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        var repeats = inference.ExtentsOf(1);
        if (repeats.Count != shape.Rank) throw inference.Fail($"repeats has {repeats.Count} entries, the input {shape} has {shape.Rank} axes.");
        if (repeats.Any(r => r.IsKnown && r.Value < 0)) throw inference.Fail($"repeats [{string.Join(',', repeats)}] has a negative entry.");
        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. shape.Zip(repeats, (d, r) => d * r)]));
    }

    // Seen with two axes in place of each, the repetition and the original, this is a broadcast.
    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int[] strides = shape.Strides();
        long[] repeats = e.Input(1).ToArray<long>();
        var twice = new int[2 * shape.Rank];
        var steps = new int[2 * shape.Rank];
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            (twice[2 * axis], twice[(2 * axis) + 1]) = ((int)repeats[axis], shape[axis]);
            steps[(2 * axis) + 1] = strides[axis];
        }

        Strided.Gather(Raw<T>(e.Input(0)), 0, steps, Raw<T>(e.Output(0)), new Shape(twice));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) =>
        g.Set(0, Movement.Gradient(g, places => g.Builder.Apply(Instance, [places, g.Input(1)])));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("both axes", [SampleInput.Normal(2, 3), SampleInput.Integers(2, 3)]),
        new("one axis", [SampleInput.Normal(2, 1, 3), SampleInput.Integers(1, 4, 1)]),
    ];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Tile</c>.</summary>
    public static Value Tile(this Value x, params long[] repeats) => x.Owner.Apply(Operators.Tile.Instance, [x, x.Owner.Integers(repeats)]);
}
