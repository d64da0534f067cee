using System.Diagnostics;
using Framework.Data;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Framework.Threading;
using Framework.Training.Checkpoints;
using Framework.Training.Metrics;
using Framework.Training.Schedules;

namespace Framework.Training;

/// <summary>
/// Trains a network. A step is a function in two plans with a seam between: gradients (batch, parameters, step number to loss and one flat vector
/// of gradients), then the update (gradients, optimizer state, rate to parameters).
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly TrainerOptions _options;
    private readonly Graph _network;
    private readonly TrainingGraph _training;
    private readonly TrainedValues _values;
    private readonly FlatParameters _gradients;
    private readonly WorkerPool _pool;
    private readonly Session _gradientSession;
    private readonly Session _evaluationSession;
    private readonly WeightUpdate _update;
    private readonly Dictionary<int, Tensor[]> _outputs = [];
    private readonly Tensor _counter = Tensor.Scalar(0L);
    private readonly Tensor _loss = Tensor.Scalar(0f);
    private readonly int _classes;
    private bool _isRestored;

    /// <summary>Prepares to train.</summary>
    /// <param name="network">
    /// The network in its inference form: one input of images [N, C, H, W]; a first output of scores [N, classes], and perhaps those of auxiliary
    /// heads.
    /// </param>
    /// <param name="options">What the run is made of.</param>
    /// <exception cref="UnsupportedModelException">An operator on the way from a parameter to the loss has no gradient.</exception>
    /// <exception cref="ShapeException">The network's form is another.</exception>
    public Trainer(Graph network, TrainerOptions options)
    {
        if (network.Inputs.Count != 1 || network.Outputs.Count == 0 || network.Outputs[0].Shape is not { Rank: 2 } scores || !scores[1].IsKnown)
            throw new ShapeException(network.Name, "must have one input of images and a first output of scores [N, classes] to be trained as a classifier.");
        _network = network;
        _options = options;
        _classes = (int)scores[1].Value;
        _training = TrainingGraph.Create(network, options.Loss, options.Seed, variance: options.RunningVariance);
        if (_training.Parameters.Count == 0) throw new UnsupportedModelException(network.Name, "has no trainable parameter.");
        _values = new TrainedValues(network, _training, options);
        _gradients = _values.Weights.Like();
        _pool = WorkerPool.Of(options.Threads);
        _update = new WeightUpdate(_values, _gradients, options, _pool);

        var sessionOptions = new SessionOptions { Pool = _pool };
        _gradientSession = new Session(_training.Graph, sessionOptions with
        {
            InPlace = [.. _training.States.Select(name => (TrainingGraph.NewState(name), name))],
        });
        var evaluated = Promotion.ToInputs(network, [.. _training.Parameters, .. _training.States]);
        _evaluationSession = new Session(evaluated.WithOutputs(evaluated.Outputs[0]), sessionOptions);
    }

    /// <summary>How far the run has come.</summary>
    public RunProgress Progress { get; private set; } = new();

    /// <summary>
    /// The network with the present weights and statistics, or with their means where these are kept and have begun; a copy, which further training
    /// does not touch.
    /// </summary>
    public Graph Network => _values.In(_network, UsesMeans);

    private bool UsesMeans => Progress.Averaged > 0;

    /// <summary>
    /// Trains, and evaluates after every epoch. A trainer that was <see cref="Restore">restored</see> goes on where the checkpoint stands; any other begins
    /// with its first epoch.
    /// </summary>
    /// <param name="train">The training data.</param>
    /// <param name="test">The test data, or null.</param>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="onEpoch">Called after every epoch.</param>
    /// <param name="cancellation">Ends the run after the step that is under way.</param>
    /// <returns>All whole epochs of the run, those before a resumption included.</returns>
    /// <exception cref="ShapeException">The data's images or classes do not fit the network.</exception>
    public IReadOnlyList<EpochResult> Fit(
        IDataset train, IDataset? test = null, Action<StepProgress>? onStep = null, Action<EpochResult>? onEpoch = null, CancellationToken cancellation = default)
    {
        if (!_isRestored) Progress = new RunProgress();
        _isRestored = false;
        ITrainingCallback[] callbacks = [new Callback(onStep, onEpoch), .. _options.Callbacks];
        var loader = new DataLoader(train, new LoaderOptions
        {
            BatchSize = _options.BatchSize,
            Shuffle = true,
            Seed = _options.Seed,
            Prefetch = _options.Prefetch,
            Transforms = _options.TrainTransforms,
            Mixup = _options.Mixup,
        });
        CheckFit(loader);

        foreach (var callback in callbacks) callback.Began(this);
        while (Progress.Epoch < _options.Epochs && !cancellation.IsCancellationRequested && !IsOver())
        {
            if (!TrainEpoch(loader, callbacks, cancellation)) break;
            var result = EndEpoch(test);
            foreach (var callback in callbacks) callback.EpochDone(this, result);
        }

        foreach (var callback in callbacks) callback.Ended(this);
        return Progress.History;
    }

    /// <summary>Evaluates the present weights, or their means where these are kept and have begun.</summary>
    public EvaluationResult Evaluate(IDataset data)
    {
        Tensor[] values = [.. _values.All(UsesMeans)];
        return Evaluator.Evaluate(images => _evaluationSession.Run([images, .. values])[0], data, _options.TestTransforms);
    }

    /// <summary>The run as it stands. The tensors are the trainer's own, which the next step changes: write it before.</summary>
    public Checkpoint Capture() => new(Progress, Identity, _values.Named().ToDictionary(v => v.Name, v => v.Tensor));

    /// <summary>Takes a run up where a checkpoint stands. <see cref="Fit"/> then goes on as if it had never stopped, given the same data.</summary>
    /// <exception cref="UsageException">The checkpoint is of a run with another network, optimizer, batch size or seed.</exception>
    public void Restore(Checkpoint checkpoint)
    {
        checkpoint.CheckFits(Identity, _values.Named());
        foreach (var (name, tensor) in _values.Named()) checkpoint.Tensors[name].CopyTo(tensor);
        Progress = checkpoint.Progress;
        _isRestored = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gradientSession.Dispose();
        _update.Dispose();
        _evaluationSession.Dispose();
        _pool.Dispose();
    }

    private RunIdentity Identity => new(_options.Seed, _options.BatchSize, _options.Accumulation, _options.Optimizer.GetType().Name);

    private bool IsOver() => _options.EarlyStopping?.IsOver(Progress.History) == true;

    /// <summary>Trains to the end of an epoch; false where the run was cancelled.</summary>
    private bool TrainEpoch(DataLoader loader, ITrainingCallback[] callbacks, CancellationToken cancellation)
    {
        int stepsPerEpoch = ((loader.BatchCount - 1) / _options.Accumulation) + 1;
        var clock = Stopwatch.StartNew();
        var before = Progress.Score;
        var tally = new ScoreTally(_classes);
        double lossSum = before.LossSum;
        foreach (var batch in loader.Epoch(Progress.Epoch, Progress.Batch))
        {
            using (batch)
            {
                var outputs = Gradients(batch, Progress.Batches + (batch.Number - Progress.Batch));
                tally.Add(outputs[0].AsSpan<float>(), batch.Labels.AsSpan<long>());
                lossSum += (double)_loss.AsSpan<float>()[0] * batch.Count;
                if (!double.IsFinite(lossSum))
                    throw new UsageException($"step {Progress.Step} of epoch {Progress.Epoch + 1}", $"the loss is {_loss.AsSpan<float>()[0]}.", "Lower the learning rate, or clip the gradients.");
                int inStep = batch.Number % _options.Accumulation;
                _update.Add(inStep == 0, (float)batch.Count / ImagesInStep(loader, batch.Number - inStep));
                if (inStep != _options.Accumulation - 1 && batch.Number != loader.BatchCount - 1) continue;
            }

            var position = new RunPosition(Progress.Step, (long)_options.Epochs * stepsPerEpoch, stepsPerEpoch, Progress.History);
            float rate = _options.Schedule.RateAt(position);
            int done = batch.Number + 1;
            Progress = Progress with
            {
                Averaged = _update.Step(rate, position, Progress.Averaged),
                Step = Progress.Step + 1,
                Rate = rate,
                Batches = Progress.Batches + done - Progress.Batch,
                Batch = done,
                Score = new RunningScore(before.Images + tally.Images, before.Hits + tally.Hits, lossSum, before.Seconds + clock.Elapsed.TotalSeconds),
            };
            var step = Report(loader);
            foreach (var callback in callbacks) callback.StepDone(this, step);
            if (cancellation.IsCancellationRequested && done < loader.BatchCount) return false;
        }

        return true;
    }

    private int ImagesInStep(DataLoader loader, int firstBatch) =>
        (int)Math.Min((long)_options.BatchSize * _options.Accumulation, loader.SampleCount - ((long)firstBatch * _options.BatchSize));

    private StepProgress Report(DataLoader loader)
    {
        var score = Progress.Score;
        long imagesLeft = ((long)(_options.Epochs - Progress.Epoch) * loader.SampleCount) - score.Images;
        return new StepProgress(
            Progress.Epoch + 1,
            _options.Epochs,
            Progress.Batch,
            loader.BatchCount,
            score.Loss,
            score.Accuracy,
            score.ImagesPerSecond,
            TimeSpan.FromSeconds(imagesLeft / score.ImagesPerSecond),
            Progress.Step,
            Progress.Rate,
            _loss.AsSpan<float>()[0]);
    }

    private EpochResult EndEpoch(IDataset? test)
    {
        var score = Progress.Score;
        var onTest = test is null ? null : Evaluate(test);
        var result = new EpochResult(
            Progress.Epoch + 1, score.Loss, score.Accuracy, onTest?.Top1, score.Seconds, score.ImagesPerSecond, onTest?.Loss, Progress.Rate);
        Progress = Progress with { Epoch = Progress.Epoch + 1, Batch = 0, Score = new(0, 0, 0, 0), History = [.. Progress.History, result] };
        return result;
    }

    /// <summary>The first function of a step: leaves loss and gradients in their places.</summary>
    private Tensor[] Gradients(Batch batch, long number)
    {
        if (!_outputs.TryGetValue(batch.Count, out var outputs)) _outputs.Add(batch.Count, outputs = OutputsFor(batch.Count));
        _counter.AsSpan<long>()[0] = number;
        Tensor[] counter = _training.CountsSteps ? [_counter] : [];
        _gradientSession.Run(
            [batch.Images, batch.Targets, .. counter, .. _values.All(means: false)],
            [_loss, .. outputs, .. _values.Statistics.Views, .. _gradients.Views]);
        return outputs;
    }

    private Tensor[] OutputsFor(int images)
    {
        var symbol = _network.Inputs[0].Shape?[0];
        return [.. _network.Outputs.Select(o => new Tensor(o.ElementType, ShapeOf(o)))];

        Shape ShapeOf(Value output) => new SymbolicShape([.. output.Shape!.Select(d => d == symbol ? images : d)]).ToShape(output.Name);
    }

    private void CheckFit(DataLoader loader)
    {
        var image = _network.Inputs[0].Shape?[1..];
        SymbolicShape given = loader.SampleShape;
        if (image is not null && (image.Rank != given.Rank || image.Zip(given).Any(p => p.First.IsKnown && p.First != p.Second)))
            throw new ShapeException(_network.Name, $"takes images {image}, the data has {given}.", "Resize the images, or choose another network.");
        if (loader.Dataset.ClassNames.Count > _classes)
            throw new ShapeException(_network.Name, $"tells {_classes} classes apart, the data has {loader.Dataset.ClassNames.Count}.", "Give the network as many classes as the data.");
    }

    /// <summary>What <see cref="Fit"/> is given to call.</summary>
    private sealed class Callback(Action<StepProgress>? onStep, Action<EpochResult>? onEpoch) : ITrainingCallback
    {
        public void StepDone(Trainer trainer, StepProgress step) => onStep?.Invoke(step);

        public void EpochDone(Trainer trainer, EpochResult epoch) => onEpoch?.Invoke(epoch);
    }
}
