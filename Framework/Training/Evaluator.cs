using System.Diagnostics;
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Execution;
using Framework.Tensors;

namespace Framework.Training;

/// <summary>Measures a classifier on a data set.</summary>
public static class Evaluator
{
    /// <summary>Runs the classifier over the whole data set, in order.</summary>
    /// <param name="scores">Computes scores [N, classes] from images [N, C, H, W].</param>
    /// <param name="data">The images with their classes.</param>
    /// <param name="transforms">What images go through first.</param>
    /// <param name="batchSize">Images in a run.</param>
    /// <exception cref="ShapeException">The scores are not [N, classes], or a label has no score.</exception>
    public static EvaluationResult Evaluate(
        Func<Tensor, Tensor> scores, IDataset data, IReadOnlyList<ITransform>? transforms = null, int batchSize = 100)
    {
        var loader = new DataLoader(data, new LoaderOptions { BatchSize = batchSize, Transforms = transforms ?? [] });
        var clock = Stopwatch.StartNew();
        ScoreTally? tally = null;
        foreach (var batch in loader.Epoch(0))
        {
            using (batch)
            {
                var result = scores(batch.Images);
                if (result.Shape is not { Rank: 2 } shape || shape[0] != batch.Count)
                    throw new ShapeException("output", $"scores of the shape {result.Shape} were computed; [{batch.Count}, classes] is expected of a classifier.");
                tally ??= new ScoreTally(shape[1]);
                tally.Add(result.AsSpan<float>(), batch.Labels.AsSpan<long>());
            }
        }

        return (tally ?? new ScoreTally(data.ClassNames.Count)).Result(clock.Elapsed.TotalSeconds);
    }

    /// <summary>Runs a model over the whole data set, in order.</summary>
    /// <inheritdoc cref="Evaluate(Func{Tensor, Tensor}, IDataset, IReadOnlyList{ITransform}?, int)"/>
    public static EvaluationResult Evaluate(IGraphRunner model, IDataset data, IReadOnlyList<ITransform>? transforms = null, int batchSize = 100) =>
        Evaluate(images => model.Run(images)[0], data, transforms, batchSize);
}
