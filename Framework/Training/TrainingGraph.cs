using Framework.Gradients;
using Framework.Graphs;
using Framework.Operators;

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

    private TrainingGraph(Graph stored, IReadOnlyList<string> parameters, IReadOnlyList<string> states)
    {
        Stored = stored;
        Graph = Promotion.ToInputs(stored, [.. parameters, .. states]);
        Parameters = parameters;
        States = states;
        CountsSteps = stored.Inputs.Any(i => i.Name == ToTraining.CounterName);
    }

    /// <summary>
    /// The graph. Inputs: the network's own, <see cref="ToTraining.CounterName"/> where random numbers are drawn, <see cref="TargetName"/>, the
    /// parameters, the statistics. Outputs: <see cref="LossName"/>, the network's own, <c>state.NAME</c> for each statistic, <c>grad.NAME</c> for
    /// each parameter.
    /// </summary>
    public Graph Graph { get; }

    /// <summary>The same function, but with the network's parameters and statistics held as initializers: what a file can hold.</summary>
    public Graph Stored { get; }

    /// <summary>The names of the trained parameters, in the order of their inputs and gradients.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>The names of the statistics that a step replaces, in the order of their inputs and outputs.</summary>
    public IReadOnlyList<string> States { get; }

    /// <summary>Whether the graph has the input <see cref="ToTraining.CounterName"/>.</summary>
    public bool CountsSteps { get; }

    /// <summary>The name of the output that replaces a statistic.</summary>
    public static string NewState(string name) => $"state.{name}";

    /// <summary>Makes the training graph of a network.</summary>
    /// <param name="network">
    /// The network in its inference form; its first output is what the loss sees. Further outputs of the same shape are auxiliary heads, whose losses
    /// are added with the weight 0.3 (Szegedy et al. 2014, section 5).
    /// </param>
    /// <param name="loss">The loss.</param>
    /// <param name="seed">Seeds what is drawn at random.</param>
    /// <param name="frozen">Names of parameters that are not trained; they stay constants.</param>
    /// <param name="variance">Which variance batch normalisation keeps.</param>
    /// <param name="inputs">Names of inputs that gradients are wanted for as well; theirs come last.</param>
    /// <exception cref="Errors.UnsupportedModelException">An operator on the way from a parameter to the loss has no gradient.</exception>
    public static TrainingGraph Create(
        Graph network,
        Loss loss,
        long seed = 0,
        IReadOnlySet<string>? frozen = null,
        RunningVariance variance = RunningVariance.Unbiased,
        IReadOnlyList<string>? inputs = null)
    {
        string[] parameters = [.. network.Parameters.Select(p => p.Name).Where(name => frozen?.Contains(name) != true)];
        var toTraining = new ToTraining(seed, variance);
        var training = WithStates(toTraining.Apply(WithLoss(network, loss)), toTraining.States);
        var differentiated = Backward.Differentiate(training, LossName, [.. parameters, .. inputs ?? []]);
        string[] states = [.. toTraining.States.Select(s => s.Name)];
        return new TrainingGraph(differentiated, parameters, states);
    }

    /// <summary>A network with a loss behind it: a further input <see cref="TargetName"/>, and <see cref="LossName"/> before its own outputs.</summary>
    /// <inheritdoc cref="Create"/>
    public static Graph WithLoss(Graph network, Loss loss)
    {
        var builder = GraphBuilder.CopyOf(network, out var map);
        var output = map.Get(network.Outputs[0]);
        var fact = loss.TargetOf(output);
        var target = builder.Input(TargetName, fact.ElementType, fact.Shape);
        var total = loss.Trace(output, target);
        Value[] heads = [.. HeadsOf(network).Select(o => loss.Trace(map.Get(o), target))];

        // 0.3 in two constants that binary32 holds exactly.
        if (heads.Length > 0) total += heads.Sum() * 3 / 10;
        return builder.Build([builder.Rename(total, LossName), .. network.Outputs.Select(map.Get)]);
    }

    /// <summary>The outputs of a network that are auxiliary heads: those after the first that look like it.</summary>
    public static IEnumerable<Value> HeadsOf(Graph network) => network.Outputs.Skip(1).Where(o => o.Fact.Equals(network.Outputs[0].Fact));

    private static Graph WithStates(Graph training, IReadOnlyList<(string Name, Value New)> states)
    {
        var builder = GraphBuilder.CopyOf(training, out var map);
        Value[] next = [.. states.Select(s => builder.Rename(Own(map.Get(s.New)), NewState(s.Name)))];
        return builder.Build([.. training.Outputs.Select(map.Get), .. next]);

        // A network in ONNX's training form may have the value among its outputs already, under a name of its own.
        Value Own(Value value) => training.Outputs.Any(o => map.Get(o) == value) ? builder.Apply(Identity.Instance, [value]) : value;
    }
}
