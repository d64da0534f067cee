using Framework.Errors;

namespace Framework.Training;

/// <summary>Adds up how scores compare with labels.</summary>
internal sealed class ScoreTally(int classes)
{
    private readonly int[,] _confusion = new int[classes, classes];
    private int _images;
    private int _top1;
    private int _top5;
    private double _loss;

    public int Images => _images;

    public int Hits => _top1;

    public double Accuracy => _images == 0 ? 0 : (double)_top1 / _images;

    /// <summary>Takes in rows of scores and their labels.</summary>
    public void Add(ReadOnlySpan<float> scores, ReadOnlySpan<long> labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= classes)
                throw new DataFormatException($"label {labels[i]}", $"is not among the {classes} classes of the model.");
            Add(scores.Slice(i * classes, classes), (int)labels[i]);
        }
    }

    public EvaluationResult Result(double seconds) => new(
        _images, Accuracy, _images == 0 ? 0 : (double)_top5 / _images, _images == 0 ? 0 : _loss / _images, (int[,])_confusion.Clone(), seconds);

    private void Add(ReadOnlySpan<float> row, int label)
    {
        // The rank of the right class: those above it, and equals that come before it. A score that is no number is never right.
        int better = 0, best = 0;
        for (int c = 0; c < row.Length; c++)
        {
            if (!(row[c] < row[label]) && c != label && (!(row[c] == row[label]) || c < label)) better++;
            if (row[c] > row[best]) best = c;
        }

        bool counts = !float.IsNaN(row[label]);
        _images++;
        if (counts && better == 0) _top1++;
        if (counts && better < 5) _top5++;
        _confusion[label, best]++;
        _loss += CrossEntropy(row, label);
    }

    private static double CrossEntropy(ReadOnlySpan<float> row, int label)
    {
        double maximum = double.NegativeInfinity, sum = 0;
        foreach (float x in row) maximum = Math.Max(maximum, x);
        foreach (float x in row) sum += Math.Exp(x - maximum);
        return maximum + Math.Log(sum) - row[label];
    }
}
