namespace Framework.Training;

/// <summary>What a model does on a data set.</summary>
/// <param name="Images">The number of images.</param>
/// <param name="Top1">The share whose right class has the highest score; among equals the first counts.</param>
/// <param name="Top5">The share whose right class is among the five highest scores.</param>
/// <param name="Loss">The mean softmax cross-entropy.</param>
/// <param name="Confusion">Images by right class (rows) and by the class with the highest score (columns).</param>
/// <param name="Seconds">How long it took.</param>
public sealed record EvaluationResult(int Images, double Top1, double Top5, double Loss, int[,] Confusion, double Seconds)
{
    /// <summary>Images a second.</summary>
    public double ImagesPerSecond => Images / Math.Max(Seconds, 1e-9);
}
