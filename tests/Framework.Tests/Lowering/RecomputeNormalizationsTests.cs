using Framework.Execution;
using Framework.Graphs;
using Framework.Lowering;
using Framework.Operators;
using Framework.Tensors;
using Framework.Tests.Models;
using Framework.Training;

namespace Framework.Tests.Lowering;

/// <summary>What a training step forgets between its way forward and its way back, and that it is made again the same.</summary>
public class RecomputeNormalizationsTests
{
    private const int Batch = 2;

    [Fact]
    public void The_inner_norms_of_residual_blocks_are_made_again_between_the_ways()
    {
        var lowered = Lower(Step("resnet50"));
        var nodes = lowered.Nodes.ToList();
        int wayBack = nodes.FindIndex(n => n.Operator == BatchNormalizationTrainingGrad.Instance);

        // Sixteen blocks with two norms each whose result goes to the next convolution alone.
        var again = nodes.Where(IsRepeated).Where(n => n.Name.StartsWith("layer", StringComparison.Ordinal)).ToList();
        again.Should().HaveCount(2 * 16).And.OnlyContain(n => Fused.ResidualOf(n) == null);
        foreach (var node in again)
        {
            Readers(FirstOf(node, lowered).Outputs[0]!).Should().NotBeEmpty().And.OnlyContain(i => i < wayBack, "it is forgotten by then");
            Readers(node.Outputs[0]!).Should().NotBeEmpty().And.OnlyContain(i => i > nodes.IndexOf(node));
            nodes.IndexOf(node).Should().BeGreaterThanOrEqualTo(wayBack).And.Be(Readers(node.Outputs[0]!).Min() - 1, "not before it is needed");
        }

        IEnumerable<int> Readers(Value value) => nodes.Select((n, i) => (n, i)).Where(p => p.n.Inputs.Contains(value)).Select(p => p.i);
    }

    [Fact]
    public void A_norm_within_a_concatenation_that_is_kept_is_not_repeated()
    {
        var lowered = Lower(Step("googlenet-tv"));

        lowered.Nodes.Where(IsRepeated).Select(n => FirstOf(n, lowered).Outputs[0]).Should().NotBeEmpty()
            .And.NotContain(y => lowered.Nodes.Any(n => n.Operator == Concat.Instance && n.Inputs.Contains(y)));
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("densenet121")]
    [InlineData("googlenet-tv")]
    public void Gradients_are_the_same_to_the_bit_and_less_is_kept(string name)
    {
        var step = Step(name);
        var lowered = Lower(step);

        // What leaves the plan is not forgotten: the same step that also yields what its norms make keeps all of it.
        var keeping = step.WithOutputs([.. step.Outputs, .. step.Nodes.Where(n => n.Operator == Unary<Relu>.Instance && IsNorm(n.Inputs[0]!.Producer)).Select(n => n.Outputs[0]!)]);
        using var forgetful = new Session(step);
        using var kept = new Session(keeping);
        Tensor[] inputs = [.. step.Inputs.Select(InputFor)];

        var (actual, expected) = (forgetful.Run(inputs), kept.Run(inputs));

        Lower(keeping).Nodes.Count(IsRepeated).Should().Be(0);
        for (int i = 0; i < actual.Count; i++)
            actual[i].AsBytes().SequenceEqual(expected[i].AsBytes()).Should().BeTrue("{0} must not tell that something was made again", step.Outputs[i].Name);
        MostAlive(lowered, forgets: true).Should().BeLessThan(MostAlive(lowered, forgets: false));
    }

    private static Graph Step(string name) => TrainingGraph.Create(ReducedNetwork.Of(name, Batch).TraceAll(), Loss.CrossEntropy).Stored;

    private static Graph Lower(Graph graph) => Pipeline.Lower(graph, [.. graph.Inputs.Select(v => InputFor(v).Shape)], SessionOptions.Default);

    private static Tensor InputFor(Value input)
    {
        var shape = new Shape([.. input.Shape!.Select(d => d.IsKnown ? (int)d.Value : Batch)]);
        return input.ElementType == ElementType.Float32 ? PlannedGraph.Random(shape, 3) : new Tensor(input.ElementType, shape);
    }

    private static bool IsNorm(Node? node) => node is not null && Fused.BaseOf(node) == BatchNormalizationTraining.Instance;

    // In a training step the first time yields statistics too.
    private static bool IsRepeated(Node node) => IsNorm(node) && node.Outputs.Count == 1;

    private static Node FirstOf(Node repeated, Graph graph) => graph.Nodes.First(n => n.Operator == repeated.Operator && n.Inputs[0] == repeated.Inputs[0]);

    // The most bytes of results that are needed at one time; or what it would be if results were kept instead of made again.
    private static long MostAlive(Graph graph, bool forgets)
    {
        var lives = new Dictionary<Value, (int First, int Last)>();
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            foreach (var value in graph.Nodes[i].Outputs.OfType<Value>()) lives.TryAdd(Kept(value), (i, i));
            foreach (var value in graph.Nodes[i].Inputs.OfType<Value>())
            {
                if (lives.TryGetValue(Kept(value), out var life)) lives[Kept(value)] = (life.First, i);
            }
        }

        return Enumerable.Range(0, graph.Nodes.Count).Max(i => lives.Where(l => l.Value.First <= i && l.Value.Last >= i).Sum(l => l.Key.Shape!.ElementCount.Value * l.Key.ElementType.Size()));

        Value Kept(Value value) => !forgets && value.Producer is { } node && IsRepeated(node) ? FirstOf(node, graph).Outputs[0]! : value;
    }
}
