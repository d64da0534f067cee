using System.Diagnostics;
using Framework.Data;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;

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
    private readonly Session _gradientSession;
    private readonly Session _updateSession;
    private readonly Session _evaluationSession;
    private readonly FlatParameters _weights;
    private readonly FlatParameters _gradients;
    private readonly Tensor[] _states;
    private readonly Tensor _rate = Tensor.Scalar(0f);
    private readonly Tensor _counter = Tensor.Scalar(0L);
    private readonly Tensor _loss = Tensor.Scalar(0f);
    private readonly Tensor[] _updateInputs;
    private readonly Tensor[] _updateOutputs;
    private readonly int _classes;
    private long _step;

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
        var data = network.Initializers.ToDictionary(i => i.Name, i => i.Data);
        Tensor[] initial = [.. _training.Parameters.Select(name => data[name])];
        _weights = FlatParameters.CopyOf(initial);
        _gradients = FlatParameters.Zeros([.. initial.Select(t => t.Shape)]);
        _states = [.. _training.States.Select(name => data[name].Clone())];

        var sessionOptions = new SessionOptions { Threads = options.Threads };
        _gradientSession = new Session(_training.Graph, sessionOptions with
        {
            InPlace = [.. _training.States.Select(name => (TrainingGraph.NewState(name), name))],
        });
        var evaluated = Promotion.ToInputs(network, [.. _training.Parameters, .. _training.States]);
        _evaluationSession = new Session(evaluated.WithOutputs(evaluated.Outputs[0]), sessionOptions);
        var update = options.Optimizer.Update(_weights.Flat.Count);
        _updateSession = new Session(update, sessionOptions with
        {
            InPlace = [.. update.Outputs.Select(o => (o.Name, o.Name[..^".new".Length]))],
        });
        Tensor[] state = [.. Enumerable.Range(0, options.Optimizer.StateCount).Select(_ => new Tensor(ElementType.Float32, _weights.Flat.Shape))];
        _updateInputs = [_weights.Flat, _gradients.Flat, _rate, .. state];
        _updateOutputs = [_weights.Flat, .. state];
    }

    /// <summary>The network with the present weights and statistics; a copy, which further training does not touch.</summary>
    public Graph Network => _network.WithInitializers(
        _training.Parameters.Zip(_weights.Views).Concat(_training.States.Zip(_states)).ToDictionary(p => p.First, p => p.Second.Clone()));

    /// <summary>Trains, and evaluates after every epoch.</summary>
    /// <param name="train">The training data.</param>
    /// <param name="test">The test data, or null.</param>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="onEpoch">Called after every epoch.</param>
    /// <param name="cancellation">Ends the run after the step that is under way.</param>
    /// <exception cref="ShapeException">The data's images or classes do not fit the network.</exception>
    public IReadOnlyList<EpochResult> Fit(
        IDataset train, IDataset? test = null, Action<StepProgress>? onStep = null, Action<EpochResult>? onEpoch = null, CancellationToken cancellation = default)
    {
        CheckFit(train);
        var loader = new DataLoader(train, new LoaderOptions
        {
            BatchSize = _options.BatchSize,
            Shuffle = true,
            Seed = _options.Seed,
            Prefetch = _options.Prefetch,
            Transforms = _options.TrainTransforms,
        });
        long steps = (long)_options.Epochs * loader.BatchCount;
        var results = new List<EpochResult>();
        for (int epoch = 1; epoch <= _options.Epochs && !cancellation.IsCancellationRequested; epoch++)
        {
            var result = TrainEpoch(loader, epoch, steps, onStep, cancellation);
            if (test is not null && !cancellation.IsCancellationRequested) result = result with { TestAccuracy = Evaluate(test).Top1 };
            results.Add(result);
            onEpoch?.Invoke(result);
        }

        return results;
    }

    /// <summary>Evaluates the present weights.</summary>
    public EvaluationResult Evaluate(IDataset data) => Evaluator.Evaluate(
        images => _evaluationSession.Run([images, .. _weights.Views, .. _states])[0], data, _options.TestTransforms);

    /// <inheritdoc/>
    public void Dispose()
    {
        _gradientSession.Dispose();
        _updateSession.Dispose();
        _evaluationSession.Dispose();
    }

    private EpochResult TrainEpoch(DataLoader loader, int epoch, long steps, Action<StepProgress>? onStep, CancellationToken cancellation)
    {
        var tally = new ScoreTally(_classes);
        double lossSum = 0;
        var clock = Stopwatch.StartNew();
        var scores = new Dictionary<int, Tensor[]>();
        foreach (var batch in loader.Epoch(epoch - 1))
        {
            using (batch)
            {
                if (!scores.TryGetValue(batch.Count, out var outputs)) scores.Add(batch.Count, outputs = OutputsFor(batch.Count));
                Step(batch, outputs, steps);
                tally.Add(outputs[0].AsSpan<float>(), batch.Labels.AsSpan<long>());
                lossSum += (double)_loss.AsSpan<float>()[0] * batch.Count;
                if (!double.IsFinite(lossSum))
                    throw new UsageException($"step {_step} of epoch {epoch}", $"the loss is {_loss.AsSpan<float>()[0]}.", "Lower the learning rate, or clip the gradients.");
            }

            double seconds = clock.Elapsed.TotalSeconds, pace = tally.Images / seconds;
            long imagesLeft = ((long)(_options.Epochs - epoch + 1) * loader.SampleCount) - tally.Images;
            onStep?.Invoke(new StepProgress(
                epoch, _options.Epochs, batch.Number + 1, loader.BatchCount, lossSum / tally.Images, tally.Accuracy, pace, TimeSpan.FromSeconds(imagesLeft / pace)));
            if (cancellation.IsCancellationRequested) break;
        }

        double total = clock.Elapsed.TotalSeconds;
        return new EpochResult(epoch, lossSum / tally.Images, tally.Accuracy, null, total, tally.Images / total);
    }

    private Tensor[] OutputsFor(int images)
    {
        var symbol = _network.Inputs[0].Shape?[0];
        return [.. _network.Outputs.Select(o => new Tensor(o.ElementType, ShapeOf(o)))];

        Shape ShapeOf(Value output) => new SymbolicShape([.. output.Shape!.Select(d => d == symbol ? images : d)]).ToShape(output.Name);
    }

    private void Step(Batch batch, Tensor[] outputs, long steps)
    {
        _counter.AsSpan<long>()[0] = _step;
        _rate.AsSpan<float>()[0] = _options.Schedule.RateAt(_step, steps);
        Tensor[] counter = _training.CountsSteps ? [_counter] : [];
        _gradientSession.Run(
            [batch.Images, batch.Labels, .. counter, .. _weights.Views, .. _states],
            [_loss, .. outputs, .. _states, .. _gradients.Views]);

        // The seam: here gradients can be clipped, accumulated, or summed over processes.
        _updateSession.Run(_updateInputs, _updateOutputs);
        _step++;
    }

    private void CheckFit(IDataset data)
    {
        var image = _network.Inputs[0].Shape?[1..];
        SymbolicShape given = data.SampleShape;
        if (image is not null && (image.Rank != given.Rank || image.Zip(given).Any(p => p.First.IsKnown && p.First != p.Second)))
            throw new ShapeException(_network.Name, $"takes images {image}, the data has {given}.", "Resize the images, or choose another network.");
        if (data.ClassNames.Count > _classes)
            throw new ShapeException(_network.Name, $"tells {_classes} classes apart, the data has {data.ClassNames.Count}.", "Give the network as many classes as the data.");
    }
}
