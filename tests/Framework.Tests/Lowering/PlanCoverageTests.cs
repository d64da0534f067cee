using Framework.Execution;
using Framework.Graphs;
using Framework.Models;
using Framework.Tensors;
using Framework.Tests.Models;
using Framework.Training;

namespace Framework.Tests.Lowering;

/// <summary>Every network, forward and in training, has a kernel for each step.</summary>
public class PlanCoverageTests
{
    public static TheoryData<string> Names => [.. ModelCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_in_inference_is_evaluated_the_plain_way(string name) => Fallbacks(ReducedNetwork.Of(name, batch: 1).Trace(), 1).Should().BeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_in_a_training_step_is_evaluated_the_plain_way(string name)
    {
        // The heads of GoogLeNet's first form fit its own size only.
        var network = ReducedNetwork.Of(name, batch: 2, side: name == "googlenet" ? 224 : null);
        var training = TrainingGraph.Create(network.TraceAll(), Loss.CrossEntropy);

        Fallbacks(training.Graph, 2).Should().BeEmpty();
    }

    private static IEnumerable<string> Fallbacks(Graph graph, int batch)
    {
        using var session = new Session(graph, new SessionOptions { Threads = 1 });
        return session.PlanFor([.. graph.Inputs.Select(v => new Tensor(v.ElementType, new Shape([.. v.Shape!.Select(d => d.IsKnown ? (int)d.Value : batch)])))])
            .Fallbacks.Select(s => $"{s.Node.Operator.Name}({string.Join(",", s.Node.Inputs.Select(i => i?.Fact.ToString()))}) at {s.Node.Place}").ToList();
    }
}
