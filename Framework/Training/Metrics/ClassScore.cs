namespace Framework.Training.Metrics;

/// <summary>How well one class is told from the others. A share of nothing is 0.</summary>
/// <param name="Images">Images of the class.</param>
/// <param name="Precision">The share of images taken for the class that are of it.</param>
/// <param name="Recall">The share of images of the class that are taken for it.</param>
public sealed record ClassScore(int Images, double Precision, double Recall)
{
    /// <summary>The harmonic mean of precision and recall.</summary>
    public double F1 => Precision + Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);

    /// <summary>The scores of all classes.</summary>
    /// <param name="confusion">Images by right class (rows) and by the class they are taken for (columns).</param>
    public static IReadOnlyList<ClassScore> Of(int[,] confusion)
    {
        int classes = confusion.GetLength(0);
        var scores = new ClassScore[classes];
        for (int c = 0; c < classes; c++)
        {
            int images = 0, taken = 0;
            for (int other = 0; other < classes; other++)
            {
                images += confusion[c, other];
                taken += confusion[other, c];
            }

            scores[c] = new ClassScore(images, Share(confusion[c, c], taken), Share(confusion[c, c], images));
        }

        return scores;
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
