using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;

namespace Onnx.Tests;

public class RoundTripTests
{
    [Fact]
    public void A_graph_that_is_written_and_read_is_the_same_node_for_node()
    {
        var graph = TestGraphs.LeNet();

        var again = OnnxModel.Parse(OnnxModel.Serialize(graph));

        again.ToString().Should().Be(graph.ToString());
        again.Nodes.Select(n => n.Name).Should().Equal(graph.Nodes.Select(n => n.Name));
        again.Initializers.Select(i => (i.Name, i.Role)).Should().Equal(graph.Initializers.Select(i => (i.Name, i.Role)));
    }

    [Fact]
    public void A_graph_that_is_written_and_read_computes_exactly_the_same()
    {
        var graph = TestGraphs.LeNet();
        var inputs = TestGraphs.InputsOf(graph);
        using var before = new Interpreter(graph);
        using var after = new Interpreter(OnnxModel.Parse(OnnxModel.Serialize(graph)));

        after.Run(inputs)[0].AsSpan<float>().ToArray().Should().Equal(before.Run(inputs)[0].AsSpan<float>().ToArray());
    }

    [Fact]
    public void The_same_graph_gives_the_same_bytes()
    {
        OnnxModel.Serialize(TestGraphs.LeNet()).Should().Equal(OnnxModel.Serialize(TestGraphs.LeNet()));
    }

    [Fact]
    public void A_model_that_is_read_and_written_gives_the_same_bytes()
    {
        byte[] bytes = OnnxModel.Serialize(TestGraphs.LeNet());

        OnnxModel.Serialize(OnnxModel.Parse(bytes)).Should().Equal(bytes);
    }

    [Fact]
    public void What_is_said_of_a_model_survives()
    {
        var metadata = new GraphMetadata
        {
            ProducerName = "someone",
            ProducerVersion = "3",
            Domain = "org.example",
            ModelVersion = 5,
            Documentation = "of the model",
            GraphDocumentation = "of the graph",
            Properties = [new("author", "me"), new("licence", "free")],
        };

        var again = OnnxModel.Parse(OnnxModel.Serialize(TestGraphs.LeNet().WithMetadata(metadata))).Metadata;

        again.Should().BeEquivalentTo(metadata, o => o.Excluding(m => m.Opsets).Excluding(m => m.IrVersion).WithStrictOrdering());
        again.Opsets.Select(o => (o.Key, o.Value)).Should().Equal(("", 17L));
        again.IrVersion.Should().Be(8);
    }

    [Fact]
    public void An_input_keeps_its_open_batch()
    {
        var graph = OnnxModel.Parse(OnnxModel.Serialize(TestGraphs.LeNet()));

        graph.Inputs[0].Shape.Should().Equal(["N", 1, 12, 12]);
        graph.Outputs[0].Shape.Should().Equal(["N", 3]);
        graph.Outputs[0].ElementType.Should().Be(ElementType.Float32);
    }
}
