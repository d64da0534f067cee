using System.Text.RegularExpressions;
using Framework.Execution;
using Framework.Graphs;
using Framework.Models;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;

namespace Framework.Tests.Models;

/// <summary>Every network at full depth and reduced width: a compiled session against the interpreter, forward and backward.</summary>
public sealed class NetworkRunTests
{
    /// <summary>
    /// How much worse than plain evaluation in single precision a session's error against float64 may be: both round at every step, in another order.
    /// </summary>
    private const double Disturbance = 4;

    /// <summary>The same where convolutions may take Winograd's way, whose transforms cost accuracy: what is promised of the default.</summary>
    private const double DisturbanceOfTransforms = 6;

    /// <summary>The same where all errors are to be small: no more roundings than plain evaluation makes, in another order.</summary>
    private const double DisturbanceOfPrecise = 2;

    /// <summary>The same for the largest tiles, whose transforms weigh about ten times as much as those of the usual ones.</summary>
    private const double DisturbanceOfLargestTiles = 10 * DisturbanceOfTransforms;

    // Below this, relative to the output, plain evaluation may be right by luck: a handful of roundings of 2^-24.
    private const double FewRoundings = 16.0 / (1 << 24);

    public static TheoryData<string> Names => [.. ModelCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_session_computes_what_the_interpreter_does(string name)
    {
        var network = ReducedNetwork.Of(name, batch: 4);

        Compare(network.Trace(), [network.Batch()]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_network_differentiates_for_any_batch(string name)
    {
        // The heads of GoogLeNet's first form fit its own size only.
        var network = ReducedNetwork.Of(name, batch: 2, side: name == "googlenet" ? 224 : null);

        var training = TrainingGraph.Create(network.TraceAll(), Loss.CrossEntropy);

        GraphVerifier.Check(training.Graph, GraphStage.Training);
        training.Graph.Inputs[0].Shape![0].ToString().Should().Be("N");
        var gradients = training.Graph.Outputs
            .Where(o => o.Name.StartsWith("grad.", StringComparison.Ordinal))
            .ToDictionary(o => o.Name[5..], o => o.Shape!.ToString());
        var parameters = network.Module.Parameters().ToLookup(p => p.Role);
        gradients.Should().BeEquivalentTo(parameters[InitializerRole.Parameter].ToDictionary(p => p.Name, p => p.Shape.ToString()));
        training.States.Should().BeEquivalentTo(parameters[InitializerRole.State].Select(p => p.Name));
    }

    internal static void Compare(Graph graph, IReadOnlyList<Tensor> inputs)
    {
        using var oracle = new Interpreter(graph, Precision.Float64);
        using var plain = new Interpreter(graph);
        var (exact, rounded) = (oracle.Run(inputs), plain.Run(inputs));
        Check(ConvolutionAlgorithm.Direct, Disturbance);
        Check(ConvolutionAlgorithm.Auto, DisturbanceOfTransforms);
        Check(ConvolutionAlgorithm.Winograd, DisturbanceOfTransforms);
        Check(ConvolutionAlgorithm.Winograd6, DisturbanceOfLargestTiles);
        Check(ConvolutionAlgorithm.Precise, DisturbanceOfPrecise);

        void Check(ConvolutionAlgorithm algorithm, double factor)
        {
            using var judged = new Session(graph, new SessionOptions { Algorithm = algorithm });
            var computed = judged.Run(inputs);
            if (judged.SegmentedBecause is null)
                judged.PlanFor(inputs).Steps.SelectMany(s => s.Refusals).Where(r => !Regex.IsMatch(r, @"^\w+: \S.*\.$")).Should().BeEmpty("a refusal names the kernel and says why");
            for (int i = 0; i < exact.Count; i++)
            {
                double[] reference = exact[i].ToArray<double>();
                double bound = Math.Max(FewRoundings, factor * Distance(rounded[i].ToArray<double>(), reference));
                Distance(computed[i].ToArray<double>(), reference).Should().BeLessThanOrEqualTo(bound, $"of {graph.Outputs[i].Name} by {algorithm}");
            }
        }
    }

    // Root mean square of the difference over that of the reference.
    private static double Distance(double[] values, double[] reference)
    {
        double difference = values.Zip(reference, (v, r) => (v - r) * (v - r)).Sum(), size = reference.Sum(r => r * r);
        return difference == 0 ? 0 : Math.Sqrt(difference / size);
    }
}
