using Framework.Seeing;
using Framework.Tensors;

namespace Framework.Tests.Seeing;

public sealed class TsneTests
{
    [Fact]
    public void Each_points_neighbours_have_the_perplexity_that_was_asked_for()
    {
        var random = new CounterRandom(1);
        double[] distances = [.. Enumerable.Range(0, 40).Select(i => i == 7 ? 0 : 10 * random.NextDouble())];
        var row = new double[40];
        foreach (double perplexity in (double[])[2, 5, 13])
        {
            Tsne.ConditionalRow(distances, 7, perplexity, row);
            row[7].Should().Be(0);
            row.Sum().Should().BeApproximately(1, 1e-12);
            Math.Exp(-row.Where(p => p > 0).Sum(p => p * Math.Log(p))).Should().BeApproximately(perplexity, 1e-9);
        }
    }

    [Fact]
    public void The_gradient_is_that_of_the_divergence()
    {
        const int Count = 12;
        double[] p = Tsne.Neighbourhoods(Points(Count, 4), 3), y = [.. Points(Count, 2).ToArray<float>().Select(v => (double)v)], gradient = new double[2 * Count];
        p.Sum().Should().BeApproximately(1, 1e-12);
        Tsne.Gradient(p, y, gradient, 1);
        const double Step = 1e-6;
        for (int i = 0; i < y.Length; i++)
        {
            double before = y[i];
            y[i] = before + Step;
            double above = Divergence();
            y[i] = before - Step;
            gradient[i].Should().BeApproximately((above - Divergence()) / (2 * Step), 1e-7, "differences are right to the step's square");
            y[i] = before;
        }

        double Divergence()
        {
            double total = 0, sum = 0;
            for (int i = 0; i < Count; i++)
                for (int j = 0; j < Count; j++) if (i != j) total += Tsne.Closeness(y, i, j);
            for (int i = 0; i < Count; i++)
                for (int j = 0; j < Count; j++) if (i != j) sum += p[(i * Count) + j] * Math.Log(p[(i * Count) + j] / (Tsne.Closeness(y, i, j) / total));
            return sum;
        }
    }

    [Fact]
    public void What_is_apart_stays_apart()
    {
        var points = Points(90, 10);
        for (int i = 0; i < 90; i++) points.AsSpan<float>()[(i * 10) + (i % 3)] += 20;
        var plane = Tsne.Embed(points, new TsneOptions { Perplexity = 10 });
        float[] at = plane.ToArray<float>();
        at.Should().OnlyContain(v => float.IsFinite(v));
        for (int i = 0; i < 90; i++)
        {
            int nearest = Enumerable.Range(0, 90).Where(j => j != i).MinBy(j => Math.Pow(at[2 * i] - at[2 * j], 2) + Math.Pow(at[(2 * i) + 1] - at[(2 * j) + 1], 2));
            (nearest % 3).Should().Be(i % 3);
        }

        Tsne.Embed(points, new TsneOptions { Perplexity = 10 }).ToArray<float>().Should().Equal(at);
        var few = () => Tsne.Embed(Points(20, 3));
        few.Should().Throw<ArgumentException>().WithMessage("*too few for a perplexity of 30*");
    }

    private static Tensor Points(int count, int size)
    {
        var random = new CounterRandom(count, size);
        return Tensor.From([.. Enumerable.Range(0, count * size).Select(_ => (float)random.NextNormal())], [count, size]);
    }
}
