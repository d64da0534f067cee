using Framework.Errors;
using Framework.Tensors;

namespace Framework.Training.Metrics;

/// <summary>Several classifiers that vote: the mean of their probabilities, as in Krizhevsky, Sutskever and Hinton 2012, section 6.</summary>
public static class Ensemble
{
    /// <summary>The logarithms of the mean probabilities: scores, of which softmax makes that mean again.</summary>
    /// <param name="scores">Each member's scores [N, classes].</param>
    /// <exception cref="ShapeException">The members do not tell the same number of classes apart.</exception>
    public static Tensor Scores(IReadOnlyList<Tensor> scores)
    {
        ArgumentOutOfRangeException.ThrowIfZero(scores.Count);
        var shape = scores[0].Shape;
        if (scores.FirstOrDefault(s => s.Shape != shape) is { } odd)
            throw new ShapeException("ensemble", $"one member has scores {shape}, another {odd.Shape}.", "All must tell the same classes apart.");
        int classes = shape[^1];
        var means = new double[shape.ElementCount];
        foreach (var member in scores)
        {
            ReadOnlySpan<float> values = member.AsSpan<float>();
            for (int start = 0; start < means.Length; start += classes) AddProbabilities(values.Slice(start, classes), means.AsSpan(start, classes), scores.Count);
        }

        return Tensor.From(Array.ConvertAll(means, m => (float)Math.Log(m)), shape);
    }

    private static void AddProbabilities(ReadOnlySpan<float> scores, Span<double> means, int members)
    {
        double highest = double.NegativeInfinity, sum = 0;
        foreach (float score in scores) highest = Math.Max(highest, score);
        foreach (float score in scores) sum += Math.Exp(score - highest);
        for (int c = 0; c < scores.Length; c++) means[c] += Math.Exp(scores[c] - highest) / sum / members;
    }
}
