using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Training;

/// <summary>All tensors that a step replaces: weights, statistics, the optimizer's state, means of weights and statistics.</summary>
internal sealed class TrainedValues
{
    private readonly IReadOnlyList<string> _parameters;
    private readonly IReadOnlyList<string> _statistics;
    private readonly IReadOnlyList<string> _stateNames;

    public TrainedValues(Graph network, TrainingGraph training, TrainerOptions options)
    {
        (_parameters, _statistics, _stateNames) = (training.Parameters, training.States, options.Optimizer.State);
        var data = network.Initializers.ToDictionary(i => i.Name, i => i.Data);
        Weights = FlatParameters.CopyOf([.. _parameters.Select(name => data[name])], options.Optimizer.SparesVectors);
        Statistics = FlatParameters.CopyOf([.. _statistics.Select(name => data[name])]);
        OptimizerState = [.. _stateNames.Select(_ => Weights.Like())];
        if (options.Average is not null) (MeanWeights, MeanStatistics) = (Weights.Like(), Statistics.Like());
    }

    public FlatParameters Weights { get; }

    public FlatParameters Statistics { get; }

    public IReadOnlyList<FlatParameters> OptimizerState { get; }

    /// <summary>The running mean of the weights; null where none is kept.</summary>
    public FlatParameters? MeanWeights { get; }

    public FlatParameters? MeanStatistics { get; }

    /// <summary>The network with the present values, or with their means; a copy.</summary>
    public Graph In(Graph network, bool means)
    {
        var (weights, statistics) = Chosen(means);
        return network.WithInitializers(
            _parameters.Zip(weights.Views).Concat(_statistics.Zip(statistics.Views)).ToDictionary(p => p.First, p => p.Second.Clone()));
    }

    /// <summary>Parameters, then statistics: the present ones, or their means.</summary>
    public IEnumerable<Tensor> All(bool means)
    {
        var (weights, statistics) = Chosen(means);
        return weights.Views.Concat(statistics.Views);
    }

    /// <summary>
    /// The tensors by name: the network's own names for what it holds, <c>optimizer.STATE.NAME</c> and <c>mean.NAME</c> for the rest.
    /// </summary>
    public IEnumerable<(string Name, Tensor Tensor)> Named()
    {
        var held = Named("", _parameters, Weights).Concat(Named("", _statistics, Statistics));
        var state = _stateNames.Zip(OptimizerState).SelectMany(s => Named($"optimizer.{s.First}.", _parameters, s.Second));
        var means = MeanWeights is null ? [] : Named("mean.", _parameters, MeanWeights).Concat(Named("mean.", _statistics, MeanStatistics!));
        return held.Concat(state).Concat(means);
    }

    private static IEnumerable<(string, Tensor)> Named(string prefix, IEnumerable<string> names, FlatParameters values) =>
        names.Select(n => prefix + n).Zip(values.Views);

    private (FlatParameters Weights, FlatParameters Statistics) Chosen(bool means) =>
        means ? (MeanWeights!, MeanStatistics!) : (Weights, Statistics);
}
