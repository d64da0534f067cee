namespace Framework.Training;

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">The mean loss over its training images, each taken before the step that it was part of.</param>
/// <param name="TrainAccuracy">The share of training images that were classified right, taken likewise.</param>
/// <param name="TestAccuracy">The share of test images that are classified right after the epoch; null without test data.</param>
/// <param name="Seconds">How long training took, evaluation left out.</param>
/// <param name="ImagesPerSecond">Training images a second.</param>
/// <param name="TestLoss">The mean softmax cross-entropy on test images after the epoch; null without test data.</param>
/// <param name="Rate">The learning rate of its last step.</param>
public sealed record EpochResult(
    int Epoch,
    double Loss,
    double TrainAccuracy,
    double? TestAccuracy,
    double Seconds,
    double ImagesPerSecond,
    double? TestLoss = null,
    float Rate = 0);

/// <summary>How far a run has come, after each step.</summary>
/// <param name="Epoch">The epoch's number, from 1.</param>
/// <param name="Epochs">All epochs of the run.</param>
/// <param name="Batch">Batches done in this epoch.</param>
/// <param name="Batches">All batches of this epoch.</param>
/// <param name="Loss">The mean loss of this epoch so far.</param>
/// <param name="Accuracy">The accuracy of this epoch so far.</param>
/// <param name="ImagesPerSecond">Images a second in this epoch so far.</param>
/// <param name="Left">The time that the rest of the run will take at this pace.</param>
/// <param name="Step">Steps done in the whole run.</param>
/// <param name="Rate">The learning rate of the step.</param>
/// <param name="BatchLoss">The loss of the step's last batch.</param>
public readonly record struct StepProgress(
    int Epoch,
    int Epochs,
    int Batch,
    int Batches,
    double Loss,
    double Accuracy,
    double ImagesPerSecond,
    TimeSpan Left,
    long Step,
    float Rate,
    double BatchLoss);
