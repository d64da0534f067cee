using Framework.Execution;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training.Optimizers;

namespace Framework.Tests.Training.Optimizers;

/// <summary>libtorch has no LARS, so it is checked against its formula.</summary>
public sealed class LarsTests
{
    private const float Momentum = 0.9f, Decay = 0.01f, Trust = 0.02f, Rate = 0.5f;

    [Fact]
    public void Steps_follow_the_formula_of_the_paper()
    {
        using var update = new Interpreter(new Lars(Momentum, Decay, Trust).Update(3), Precision.Float64);
        double[] w = [3, -1, 2], v = [0, 0, 0];
        var (weights, velocity) = (Tensor.From(w, [3]), Tensor.From(v, [3]));
        for (int step = 1; step <= 20; step++)
        {
            double[] g = [Math.Sin(step), Math.Cos(step), 0.1 * step];
            double scale = Trust * Norm(w) / (Norm(g) + (Decay * Norm(w)));
            for (int i = 0; i < w.Length; i++)
            {
                v[i] = (Momentum * v[i]) + (Rate * scale * (g[i] + (Decay * w[i])));
                w[i] -= v[i];
            }

            var outputs = update.Run(weights, Tensor.From(g, [3]), Tensor.Scalar((double)Rate), velocity);
            (weights, velocity) = (outputs[0], outputs[1]);
            for (int i = 0; i < w.Length; i++) weights.ToArray<double>()[i].Should().BeApproximately(w[i], Rounding.OfDouble(20 * step, magnitude: 4));
        }
    }

    [Fact]
    public void Spared_weights_take_plain_steps()
    {
        using var update = new Interpreter(new Lars(Momentum, Decay, Trust).Update(1, spared: true), Precision.Float64);
        update.Run(Tensor.From([3.0], [1]), Tensor.From([2.0], [1]), Tensor.Scalar((double)Rate), Tensor.From([1.0], [1]))[0]
            .ToArray<double>()[0].Should().BeApproximately(3 - (Momentum + (Rate * 2)), Rounding.OfDouble(4, magnitude: 3));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Weights_or_gradients_that_are_all_zero_do_no_harm(double weight, double gradient)
    {
        using var update = new Session(new Lars(weightDecay: 0).Update(1));
        float after = update.Run(Tensor.From([(float)weight], [1]), Tensor.From([(float)gradient], [1]), Tensor.Scalar(Rate), Tensor.From([0f], [1]))[0].ToArray<float>()[0];
        after.Should().Be((float)(weight - (Rate * gradient)));
    }

    private static double Norm(double[] x) => Math.Sqrt(x.Sum(a => a * a));
}
