using Framework.Gradients;
using Framework.Graphs;

namespace Framework.Training;

/// <summary>
/// The first of the two functions of a training step: from batch, targets, step number, parameters and statistics to loss, outputs, new statistics
/// and gradients. Nothing is hidden: state goes in and comes out.
/// </summary>
public sealed class TrainingGraph
{
    /// <summary>The name of the targets' input.</summary>
    public const string TargetName = "target";

    /// <summary>The name of the loss's output.</summary>
    public const string LossName = "loss";

    private TrainingGraph(Graph graph, IReadOnlyList<string> parameters, bool countsSteps)
    {
        Graph = graph;
        Parameters = parameters;
        CountsSteps = countsSteps;
    }

    /// <summary>
    /// The graph. Inputs: the network's own, <see cref="TargetName"/>, <see cref="ToTraining.CounterName"/> where random numbers are drawn, the parameters.
    /// Outputs: <see cref="LossName"/>, the network's own, and <c>grad.NAME</c> for each parameter.
    /// </summary>
    public Graph Graph { get; }

    /// <summary>The names of the trained parameters, in the order of their inputs and gradients.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>Whether the graph has the input <see cref="ToTraining.CounterName"/>.</summary>
    public bool CountsSteps { get; }

    /// <summary>Makes the training graph of a network.</summary>
    /// <param name="network">The network in its inference form; its first output is what the loss sees.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="seed">Seeds what is drawn at random.</param>
    /// <param name="frozen">Names of parameters that are not trained; they stay constants.</param>
    /// <exception cref="Errors.UnsupportedModelException">An operator on the way from a parameter to the loss has no gradient.</exception>
    public static TrainingGraph Create(Graph network, Loss loss, long seed = 0, IReadOnlySet<string>? frozen = null)
    {
        string[] parameters = [.. network.Parameters.Select(p => p.Name).Where(name => frozen?.Contains(name) != true)];
        var withLoss = AppendLoss(new ToTraining(seed).Apply(network), loss);
        var differentiated = Backward.Differentiate(withLoss, LossName, parameters);
        var graph = Promotion.ToInputs(differentiated, [.. parameters]);
        return new TrainingGraph(graph, parameters, graph.Inputs.Any(i => i.Name == ToTraining.CounterName));
    }

    private static Graph AppendLoss(Graph network, Loss loss)
    {
        var builder = GraphBuilder.CopyOf(network, out var map);
        var output = map.Get(network.Outputs[0]);
        var fact = loss.TargetOf(output);
        var target = builder.Input(TargetName, fact.ElementType, fact.Shape);
        var value = builder.Rename(loss.Trace(output, target), LossName);
        return builder.Build([value, .. network.Outputs.Select(map.Get)]);
    }
}
