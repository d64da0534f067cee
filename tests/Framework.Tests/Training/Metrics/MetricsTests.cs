using Framework.Errors;
using Framework.Tensors;
using Framework.Training.Metrics;

namespace Framework.Tests.Training.Metrics;

public sealed class MetricsTests
{
    [Fact]
    public void Precision_recall_and_F1_follow_from_the_confusion()
    {
        // Of three of class 0 two are found, and one of class 1 is taken for it; nothing is of class 2, nothing is taken for class 3.
        int[,] confusion = { { 2, 0, 1, 0 }, { 1, 4, 0, 0 }, { 0, 0, 0, 0 }, { 0, 1, 0, 0 } };

        var scores = ClassScore.Of(confusion);

        scores[0].Should().Be(new ClassScore(3, 2 / 3.0, 2 / 3.0));
        scores[0].F1.Should().BeApproximately(2 / 3.0, Rounding.OfDouble(4, 1));
        scores[1].Should().Be(new ClassScore(5, 4 / 5.0, 4 / 5.0));
        scores[2].Should().Be(new ClassScore(0, 0, 0));
        scores[2].F1.Should().Be(0);
        scores[3].Should().Be(new ClassScore(1, 0, 0));
    }

    [Fact]
    public void An_ensembles_probabilities_are_the_mean_of_its_members()
    {
        var a = Tensor.From([0f, MathF.Log(3), 100, 100], [2, 2]);
        var b = Tensor.From([-50f, -50, 0, 200], [2, 2]);

        double[] probabilities = [.. Ensemble.Scores([a, b]).ToArray<double>().Select(Math.Exp)];

        double[] expected = [(0.25 + 0.5) / 2, (0.75 + 0.5) / 2, 0.25, 0.75];
        probabilities.Zip(expected).Should().OnlyContain(p => Math.Abs(p.First - p.Second) <= Rounding.OfSingle(4, 1));
        FluentActions.Invoking(() => Ensemble.Scores([a, new Tensor(ElementType.Float32, [2, 3])])).Should().Throw<ShapeException>();
    }
}
