using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>The three directions in which a data set's colours vary most, and how far.</summary>
/// <param name="Directions">Unit vectors of red, green, blue; the greatest deviation first.</param>
/// <param name="Deviations">The standard deviation along each.</param>
public sealed record PrincipalColors(IReadOnlyList<IReadOnlyList<float>> Directions, IReadOnlyList<float> Deviations)
{
    private const int Rotations = 32;

    /// <summary>Computes them over all pixels of a data set, in double precision.</summary>
    /// <exception cref="Errors.ShapeException">The samples are not red, green, blue.</exception>
    public static PrincipalColors Of(IDataset dataset)
    {
        PictureShape.CheckColour("PrincipalColors", dataset.SampleShape);
        var sample = new float[dataset.SampleShape.ElementCount];
        int area = sample.Length / 3;
        var sums = new double[3];
        var products = new double[3, 3];
        for (int index = 0; index < dataset.Count; index++)
        {
            dataset.Read(index, sample);
            for (int i = 0; i < area; i++)
            {
                for (int a = 0; a < 3; a++)
                {
                    sums[a] += sample[(a * area) + i];
                    for (int b = 0; b <= a; b++) products[a, b] += (double)sample[(a * area) + i] * sample[(b * area) + i];
                }
            }
        }

        double count = (double)area * dataset.Count;
        var covariance = new double[3, 3];
        for (int a = 0; a < 3; a++)
            for (int b = 0; b <= a; b++) covariance[a, b] = covariance[b, a] = (products[a, b] / count) - (sums[a] / count * (sums[b] / count));
        return Decompose(covariance);
    }

    /// <summary>Jacobi's method: turns the greatest entry beside the diagonal to zero, again and again.</summary>
    internal static PrincipalColors Decompose(double[,] matrix)
    {
        var directions = new double[3, 3] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
        for (int i = 0; i < Rotations; i++)
        {
            var (p, q) = ((int, int)[])[(0, 1), (0, 2), (1, 2)] is var pairs ? pairs.MaxBy(pair => Math.Abs(matrix[pair.Item1, pair.Item2])) : default;
            if (matrix[p, q] == 0) break;
            double angle = 0.5 * Math.Atan2(2 * matrix[p, q], matrix[q, q] - matrix[p, p]), c = Math.Cos(angle), s = Math.Sin(angle);
            for (int k = 0; k < 3; k++) (matrix[k, p], matrix[k, q]) = ((c * matrix[k, p]) - (s * matrix[k, q]), (s * matrix[k, p]) + (c * matrix[k, q]));
            for (int k = 0; k < 3; k++) (matrix[p, k], matrix[q, k]) = ((c * matrix[p, k]) - (s * matrix[q, k]), (s * matrix[p, k]) + (c * matrix[q, k]));
            for (int k = 0; k < 3; k++) (directions[k, p], directions[k, q]) = ((c * directions[k, p]) - (s * directions[k, q]), (s * directions[k, p]) + (c * directions[k, q]));
        }

        int[] order = [.. Enumerable.Range(0, 3).OrderByDescending(i => matrix[i, i])];
        return new PrincipalColors(
            [.. order.Select(i => (IReadOnlyList<float>)[(float)directions[0, i], (float)directions[1, i], (float)directions[2, i]])],
            [.. order.Select(i => (float)Math.Sqrt(Math.Max(0, matrix[i, i])))]);
    }
}

/// <summary>
/// AlexNet's change of light: to all pixels of a picture the same colour is added, normally distributed along the directions in which the data set's
/// colours vary (Krizhevsky et al. 2012, section 4.1). Here the deviation along each direction is the factor, where the paper speaks of eigenvalues: their
/// size would depend on the unit that values are in.
/// </summary>
/// <param name="colors">The directions.</param>
/// <param name="amount">The deviation of what is added, as a multiple of the data set's own.</param>
public sealed class PcaLighting(PrincipalColors colors, float amount = 0.1f) : ITransform
{
    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample) => PictureShape.CheckColour("PcaLighting", sample);

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        Span<float> added = stackalloc float[3];
        added.Clear();
        for (int direction = 0; direction < 3; direction++)
        {
            float along = amount * random.NextNormal() * colors.Deviations[direction];
            for (int c = 0; c < 3; c++) added[c] += along * colors.Directions[direction][c];
        }

        int area = target.Length / 3;
        for (int i = 0; i < target.Length; i++) target[i] = source[i] + added[i / area];
    }
}
