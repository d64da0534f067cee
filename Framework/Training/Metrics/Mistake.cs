using Framework.Data;
using Framework.Data.Transforms;
using Framework.Tensors;

namespace Framework.Training.Metrics;

/// <summary>An image that a classifier gets wrong.</summary>
/// <param name="Index">Its place in the data set.</param>
/// <param name="Label">Its class.</param>
/// <param name="Guess">The class that it is taken for.</param>
/// <param name="Probability">The probability of the guess.</param>
/// <param name="Loss">The cross-entropy: the less probable its class was held to be, the larger.</param>
public sealed record Mistake(int Index, int Label, int Guess, double Probability, double Loss)
{
    /// <summary>The mistakes with the largest losses, the worst first.</summary>
    /// <param name="scores">Computes scores [N, classes] from images [N, C, H, W].</param>
    /// <param name="data">The images with their classes.</param>
    /// <param name="transforms">What images go through first.</param>
    /// <param name="most">How many are wanted.</param>
    /// <param name="batchSize">Images in a run.</param>
    public static IReadOnlyList<Mistake> Worst(
        Func<Tensor, Tensor> scores, IDataset data, IReadOnlyList<ITransform> transforms, int most, int batchSize = 100)
    {
        var worst = new PriorityQueue<Mistake, double>();
        foreach (var batch in new DataLoader(data, new LoaderOptions { BatchSize = batchSize, Transforms = transforms }).Epoch(0))
        {
            using (batch)
            {
                var result = scores(batch.Images);
                int classes = result.Shape[1];
                ReadOnlySpan<float> rows = result.AsSpan<float>();
                ReadOnlySpan<long> labels = batch.Labels.AsSpan<long>();
                for (int i = 0; i < batch.Count; i++)
                {
                    if (Of(rows.Slice(i * classes, classes), batch.Indices[i], (int)labels[i]) is not { } mistake) continue;
                    worst.Enqueue(mistake, mistake.Loss);
                    if (worst.Count > most) worst.Dequeue();
                }
            }
        }

        return [.. worst.UnorderedItems.Select(m => m.Element).OrderByDescending(m => m.Loss).ThenBy(m => m.Index)];
    }

    private static Mistake? Of(ReadOnlySpan<float> scores, int index, int label)
    {
        int guess = 0;
        for (int c = 1; c < scores.Length; c++)
        {
            if (scores[c] > scores[guess]) guess = c;
        }

        if (guess == label) return null;
        double sum = 0;
        foreach (float score in scores) sum += Math.Exp((double)score - scores[guess]);
        return new Mistake(index, label, guess, 1 / sum, Math.Log(sum) + scores[guess] - scores[label]);
    }
}
