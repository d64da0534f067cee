using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Framework.Threading;
using Framework.Training.Schedules;

namespace Framework.Training;

/// <summary>
/// From gradients to new weights, in flat vectors: gradients are added up where several batches make a step, clipped, handed to the optimizer, and the mean of
/// the weights follows. Each of these is a graph that works in place.
/// </summary>
internal sealed class WeightUpdate : IDisposable
{
    private readonly TrainerOptions _options;
    private readonly WorkerPool _pool;
    private readonly TrainedValues _values;
    private readonly FlatParameters _gradients;
    private readonly FlatParameters _sum;
    private readonly Session? _add;
    private readonly Session? _clip;
    private readonly Session? _mean;
    private readonly Dictionary<bool, Session> _updates = [];
    private readonly FlatParameters.Piece[] _pieces;
    private readonly Tensor _share = Tensor.Scalar(0f);
    private readonly Tensor[] _numbers;

    /// <summary>Prepares to update.</summary>
    /// <param name="values">What is updated.</param>
    /// <param name="gradients">Where the gradients of a batch will lie.</param>
    /// <param name="options">How.</param>
    /// <param name="pool">Who does the work.</param>
    public WeightUpdate(TrainedValues values, FlatParameters gradients, TrainerOptions options, WorkerPool pool)
    {
        (_values, _gradients, _options, _pool) = (values, gradients, options, pool);
        _sum = options.Accumulation > 1 ? gradients.Like() : gradients;
        if (options.Accumulation > 1) _add = InPlace(Addition());
        if (options.Clipping is { } clipping) _clip = InPlace(clipping.Graph());
        if (options.Average is not null) _mean = InPlace(Mean());
        _pieces = [.. options.Optimizer.IsLayerwise ? values.Weights.Each() : values.Weights.Halves()];
        _numbers = [.. options.Optimizer.Numbers.Select(_ => Tensor.Scalar(0f))];
        foreach (bool spared in _pieces.Select(IsSpared).Distinct())
            _updates.Add(spared, InPlace(options.Optimizer.Update("P", spared), plans: _pieces.Length));
    }

    /// <summary>Takes the gradients of a batch in.</summary>
    /// <param name="first">Whether the batch is the first of its step.</param>
    /// <param name="share">Its part of the step's images.</param>
    public void Add(bool first, float share)
    {
        if (_add is null) return;
        if (first) _sum.Flat.AsSpan<float>().Clear();
        _share.AsSpan<float>()[0] = share;
        _add.Run([_sum.Flat, _gradients.Flat, _share], [_sum.Flat]);
    }

    /// <summary>Makes the step.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="position">Where in the run.</param>
    /// <param name="taken">How many updates the mean of the weights has taken in.</param>
    /// <returns>How many it has then.</returns>
    public long Step(float rate, RunPosition position, long taken)
    {
        // The seam: here gradients of several processes can be summed.
        _clip?.Run([_sum.Flat], [_sum.Flat]);
        var numbers = _options.Optimizer.NumbersAt(rate, position.Step + 1);
        for (int i = 0; i < _numbers.Length; i++) _numbers[i].AsSpan<float>()[0] = (float)numbers[i];
        foreach (var piece in _pieces)
        {
            var weights = piece.Of(_values.Weights);
            Tensor[] state = [.. _values.OptimizerState.Select(piece.Of)];
            _updates[IsSpared(piece)].Run([weights, piece.Of(_sum), .. _numbers, .. state], [weights, .. state]);
        }

        if (_options.Average?.ShareAt(position, taken) is not { } share) return taken;
        _share.AsSpan<float>()[0] = (float)share;
        Follow(_values.MeanWeights!, _values.Weights);
        Follow(_values.MeanStatistics!, _values.Statistics);
        return taken + 1;
    }

    public void Dispose()
    {
        foreach (var session in _updates.Values.Append(_add).Append(_clip).Append(_mean)) session?.Dispose();
    }

    private void Follow(FlatParameters mean, FlatParameters values)
    {
        if (values.Flat.Count > 0) _mean!.Run([mean.Flat, values.Flat, _share], [mean.Flat]);
    }

    private bool IsSpared(FlatParameters.Piece piece) => _options.Optimizer.SparesVectors && piece.IsVector;

    private Session InPlace(Graph graph, int plans = 2) => new(graph, new SessionOptions
    {
        Pool = _pool,
        KeptPlans = plans,
        InPlace = [.. graph.Outputs.Select(o => (o.Name, o.Name[..^".new".Length]))],
    });

    private static Graph Addition()
    {
        var builder = new GraphBuilder("Accumulation");
        var sum = builder.Input("sum", ElementType.Float32, ["P"]);
        var gradients = builder.Input("gradients", ElementType.Float32, ["P"]);
        return builder.Build(builder.Rename(sum + (gradients * builder.Input("share", ElementType.Float32, [])), "sum.new"));
    }

    private static Graph Mean()
    {
        var builder = new GraphBuilder("WeightAverage");
        var mean = builder.Input("mean", ElementType.Float32, ["P"]);
        var values = builder.Input("values", ElementType.Float32, ["P"]);
        return builder.Build(builder.Rename(mean + ((values - mean) * builder.Input("share", ElementType.Float32, [])), "mean.new"));
    }
}
