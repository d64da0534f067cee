using Framework.Data.Transforms;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Framework.Training;

/// <summary>What a training run is made of beside the network and the data.</summary>
public sealed record TrainerOptions
{
    /// <summary>Passes over the training data.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images in a step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Seeds shuffling and everything else that is drawn at random; the same seed gives the same weights, bit for bit.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Threads that compute, the caller's included; 0 means one for each processor. The weights do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; init; } = new Sgd();

    /// <summary>The learning rate.</summary>
    public Schedule Schedule { get; init; } = Schedule.Constant(0.01f);

    /// <summary>Batches whose gradients make one step; their mean is taken by images. The step is that of a batch as large as all of them together.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>What keeps gradients within bounds; null for nothing.</summary>
    public GradientClipping? Clipping { get; init; }

    /// <summary>A mean of the weights that runs beside training; null for none.</summary>
    public WeightAverage? Average { get; init; }

    /// <summary>What ends the run before its last epoch; null for nothing.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Who is told of the run's events.</summary>
    public IReadOnlyList<ITrainingCallback> Callbacks { get; init; } = [];

    /// <summary>The loss.</summary>
    public Loss Loss { get; init; } = Loss.CrossEntropy;

    /// <summary>Which variance of a batch enters the running variance of batch normalisation.</summary>
    public RunningVariance RunningVariance { get; init; }

    /// <summary>What training images go through on their way into a batch.</summary>
    public IReadOnlyList<ITransform> TrainTransforms { get; init; } = [];

    /// <summary>
    /// Where above 0, training images are mixed in pairs, see <see cref="Data.LoaderOptions.Mixup"/>; the <see cref="Loss"/> must then be one that takes
    /// probabilities, such as <see cref="Loss.CrossEntropyOneHot"/>.
    /// </summary>
    public float Mixup { get; init; }

    /// <summary>What images go through for evaluation.</summary>
    public IReadOnlyList<ITransform> TestTransforms { get; init; } = [];

    /// <summary>Batches that are prepared ahead, in the background; 0 for none. The weights do not depend on it.</summary>
    public int Prefetch { get; init; } = 4;
}
