using Framework.Tensors;

namespace Framework.Seeing;

/// <summary>How points are laid out in the plane.</summary>
public sealed record TsneOptions
{
    /// <summary>How many neighbours count, roughly; below a third of the points.</summary>
    public double Perplexity { get; init; } = 30;

    /// <summary>Steps.</summary>
    public int Steps { get; init; } = 500;

    /// <summary>Seeds where points start.</summary>
    public long Seed { get; init; } = 1;
}

/// <summary>
/// t-SNE (van der Maaten and Hinton 2008): lays points of many dimensions out in the plane, neighbours beside each other. The exact method, whose time
/// grows with the square of their number: for up to a few thousand.
/// </summary>
public static class Tsne
{
    private const double Exaggeration = 12;
    private const double EarlyMomentum = 0.5;
    private const double Momentum = 0.8;

    /// <summary>Lays points out.</summary>
    /// <param name="points">Float32 [count, dimensions].</param>
    /// <param name="options">How; null for the usual.</param>
    /// <returns>Float32 [count, 2].</returns>
    /// <exception cref="ArgumentException">There are fewer points than three times the perplexity, or they are no matrix.</exception>
    public static Tensor Embed(Tensor points, TsneOptions? options = null)
    {
        options ??= new TsneOptions();
        if (points.Shape.Rank != 2 || points.Shape[0] < 3 * options.Perplexity)
            throw new ArgumentException($"Points {points} are too few for a perplexity of {options.Perplexity}; three times as many are needed.", nameof(points));
        int count = points.Shape[0];
        double[] p = Neighbourhoods(points, options.Perplexity);
        double[] y = new double[2 * count], gradient = new double[2 * count], velocity = new double[2 * count];
        var random = new CounterRandom(options.Seed, "tsne");
        for (int i = 0; i < y.Length; i++) y[i] = 1e-4 * random.NextNormal();
        int early = options.Steps / 2;
        double rate = Math.Max(count / Exaggeration / 4, 50); // Belkina et al. 2019
        for (int step = 0; step < options.Steps; step++)
        {
            Gradient(p, y, gradient, step < early ? Exaggeration : 1);
            double momentum = step < early ? EarlyMomentum : Momentum;
            for (int i = 0; i < y.Length; i++) y[i] += velocity[i] = (momentum * velocity[i]) - (rate * gradient[i]);
        }

        var plane = new Tensor(ElementType.Float32, [count, 2]);
        for (int i = 0; i < y.Length; i++) plane.AsSpan<float>()[i] = (float)y[i];
        return plane;
    }

    /// <summary>The symmetric probabilities p of pairs, which add up to 1.</summary>
    internal static double[] Neighbourhoods(Tensor points, double perplexity)
    {
        int count = points.Shape[0];
        double[] distances = Distances(points), p = new double[count * count], row = new double[count];
        for (int i = 0; i < count; i++)
        {
            ConditionalRow(distances.AsSpan(i * count, count), i, perplexity, row);
            for (int j = 0; j < count; j++)
            {
                p[(i * count) + j] += row[j] / (2 * count);
                p[(j * count) + i] += row[j] / (2 * count);
            }
        }

        return p;
    }

    /// <summary>The probabilities of the neighbours of one point: Gaussian, as wide as makes their perplexity the one wanted.</summary>
    internal static void ConditionalRow(ReadOnlySpan<double> distances, int self, double perplexity, Span<double> row)
    {
        const int Halvings = 64;
        double wanted = Math.Log(perplexity), low = 0, high = double.PositiveInfinity, precision = 1, nearest = double.PositiveInfinity;
        for (int j = 0; j < row.Length; j++) if (j != self) nearest = Math.Min(nearest, distances[j]);
        for (int i = 0; i < Halvings; i++)
        {
            double sum = 0, weighted = 0;
            for (int j = 0; j < row.Length; j++)
            {
                row[j] = j == self ? 0 : Math.Exp(-precision * (distances[j] - nearest));
                sum += row[j];
                weighted += row[j] * (distances[j] - nearest);
            }

            double entropy = Math.Log(sum) + (precision * weighted / sum);
            for (int j = 0; j < row.Length; j++) row[j] /= sum;
            if (entropy > wanted) (low, precision) = (precision, double.IsInfinity(high) ? precision * 2 : (precision + high) / 2);
            else (high, precision) = (precision, (precision + low) / 2);
        }
    }

    /// <summary>The gradient of the divergence of q from p; q has the heavy tails of Student's distribution.</summary>
    internal static void Gradient(double[] p, double[] y, double[] gradient, double exaggeration)
    {
        int count = y.Length / 2;
        double total = 0;
        for (int i = 0; i < count; i++)
            for (int j = 0; j < i; j++) total += 2 * Closeness(y, i, j);
        Array.Clear(gradient);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double close = Closeness(y, i, j), pull = 4 * ((exaggeration * p[(i * count) + j]) - (close / total)) * close;
                for (int axis = 0; axis < 2; axis++)
                {
                    double force = pull * (y[(2 * i) + axis] - y[(2 * j) + axis]);
                    gradient[(2 * i) + axis] += force;
                    gradient[(2 * j) + axis] -= force;
                }
            }
        }
    }

    internal static double Closeness(double[] y, int i, int j)
    {
        double right = y[2 * i] - y[2 * j], down = y[(2 * i) + 1] - y[(2 * j) + 1];
        return 1 / (1 + (right * right) + (down * down));
    }

    private static double[] Distances(Tensor points)
    {
        int count = points.Shape[0], size = points.Shape[1];
        var values = points.ToArray<float>();
        var distances = new double[count * count];
        Parallel.For(0, count, i =>
        {
            for (int j = 0; j < count; j++)
            {
                double sum = 0;
                for (int k = 0; k < size; k++)
                {
                    double difference = (double)values[(i * size) + k] - values[(j * size) + k];
                    sum += difference * difference;
                }

                distances[(i * count) + j] = sum;
            }
        });
        return distances;
    }
}
