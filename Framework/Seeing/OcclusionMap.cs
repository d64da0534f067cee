using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Seeing;

/// <summary>What a class's probability loses when a square of the picture is covered (Zeiler and Fergus 2013, section 4.2).</summary>
public static class OcclusionMap
{
    private const int Batch = 32;

    /// <summary>Computes the map.</summary>
    /// <param name="network">The network; its first output is scores before softmax.</param>
    /// <param name="image">Float32 [1, C, H, W].</param>
    /// <param name="score">The class.</param>
    /// <param name="size">Rows and columns of the square.</param>
    /// <param name="stride">Pixels from one place of it to the next.</param>
    /// <param name="fill">What covers; 0 is the mean of normalised pictures.</param>
    /// <returns>Float32: a row for each row that the square begins at, a column for each column.</returns>
    /// <exception cref="UsageException">The square is not within the picture, or there is no such class.</exception>
    public static Tensor Of(Graph network, Tensor image, int score, int size, int stride = 1, float fill = 0)
    {
        int rows = image.Shape[2], columns = image.Shape[3];
        if (size < 1 || size > rows || size > columns || stride < 1)
            throw new UsageException($"a square of {size} moved by {stride}", $"does not fit the picture of {rows} x {columns}.");
        var places = (from top in Steps(rows) from left in Steps(columns) select (top, left)).ToArray();
        using var session = new Session(network.WithOutputs(network.Outputs[0]));
        double whole = Probability(session.Run(image)[0].AsSpan<float>(), score);
        var map = new Tensor(ElementType.Float32, [Steps(rows).Count(), Steps(columns).Count()]);
        for (int start = 0; start < places.Length; start += Batch)
        {
            int count = Math.Min(Batch, places.Length - start);
            var covered = Tensor.Uninitialized(ElementType.Float32, [count, .. image.Shape[1..]]);
            for (int i = 0; i < count; i++) Cover(image, covered.Slice(i, 1), places[start + i], size, fill);
            var scores = session.Run(covered)[0];
            int classes = scores.Count / count;
            for (int i = 0; i < count; i++)
                map.AsSpan<float>()[start + i] = (float)(whole - Probability(scores.AsSpan<float>().Slice(i * classes, classes), score));
        }

        return map;

        IEnumerable<int> Steps(int extent)
        {
            for (int at = 0; at + size <= extent; at += stride) yield return at;
        }
    }

    private static void Cover(Tensor image, Tensor covered, (int Top, int Left) place, int size, float fill)
    {
        image.CopyTo(covered);
        int columns = image.Shape[3], lines = image.Shape[1] * image.Shape[2];
        for (int line = 0; line < lines; line++)
        {
            if (line % image.Shape[2] - place.Top is >= 0 and var row && row < size)
                covered.AsSpan<float>().Slice((line * columns) + place.Left, size).Fill(fill);
        }
    }

    private static double Probability(ReadOnlySpan<float> scores, int score)
    {
        if (score < 0 || score >= scores.Length) throw new UsageException($"class {score}", $"is not among the {scores.Length} of the network.");
        double sum = 0;
        foreach (float s in scores) sum += Math.Exp((double)s - scores[score]);
        return 1 / sum;
    }
}
