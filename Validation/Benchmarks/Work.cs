namespace Validation.Benchmarks;

/// <summary>The work that is timed: a file, what is done with it, and on how much.</summary>
/// <param name="File">The ONNX file that every engine starts from.</param>
/// <param name="Training">Whether a step of training is timed; otherwise an inference.</param>
/// <param name="Batch">Images in a batch.</param>
/// <param name="Threads">Threads of every engine.</param>
public sealed record Work(string File, bool Training, int Batch, int Threads)
{
    /// <summary>Seeds the batch and its labels.</summary>
    public const long Seed = 1;

    // Small, since the labels are drawn at random and the weights shall stay finite through any number of steps.
    internal const float Rate = 1f / 4096;

    internal const float Momentum = 0.875f;
}
