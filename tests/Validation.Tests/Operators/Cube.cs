using Framework.Operators;

namespace Validation.Tests.Operators;

/// <summary>x³, whose rule takes <paramref name="factor"/> x² for its derivative.</summary>
internal sealed class Cube(float factor) : FloatOperator
{
    public override string Name => "Cube";

    public override Signature Signature { get; } = new([new("X")], ["Y"]);

    public override IEnumerable<Sample> Samples => [new("numbers", [SampleInput.Normal(3, 4)])];

    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);

    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient * g.Input(0) * g.Input(0) * factor);

    protected override void Evaluate<T>(Evaluation e)
    {
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int i = 0; i < y.Length; i++) y[i] = x[i] * x[i] * x[i];
    }
}
