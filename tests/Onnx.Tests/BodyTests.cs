using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Onnx.Wire;

namespace Onnx.Tests;

public class BodyTests
{
    [Fact]
    public void A_body_takes_what_it_reads_of_the_graph_around_it_as_inputs()
    {
        var graph = Conditional().Import();

        var node = graph.Nodes.Single(n => n.Operator == If.Instance);
        node.Inputs.Select(i => i?.Name).Should().Equal("cond", "a", "w", "x");
        node.Attributes.Find<Graph>("then_branch")!.Inputs.Select(i => i.Name).Should().Equal("a", "w", "x");
    }

    [Theory]
    [InlineData(true, 3f)]
    [InlineData(false, 20f)]
    public void A_body_computes_with_it(bool cond, float expected)
    {
        using var runner = new Interpreter(Conditional().Import());

        runner.Run(Tensor.Scalar(cond), Tensor.From([2f], [1]))[0].AsSpan<float>()[0].Should().Be(expected);
    }

    [Fact]
    public void A_body_reads_by_name_again_once_it_is_written()
    {
        var model = Conditional();

        var again = ModelProto.Parser.ParseFrom(OnnxModel.Serialize(model.Import()));

        var node = again.Graph.Node.Single(n => n.OpType == "If");
        node.Input.Should().Equal("cond");
        node.Attribute.Select(a => a.Name).Should().Equal("then_branch", "else_branch");
        node.Attribute[0].G.Input.Should().BeEmpty();
        node.Attribute[0].G.Node.Select(n => string.Join(',', n.Input)).Should().Equal("a,w");
        node.Attribute[1].G.Node.Select(n => string.Join(',', n.Input)).Should().Equal("x,ten");
        node.Attribute[1].G.Initializer.Single().Name.Should().Be("ten");
    }

    [Fact]
    public void A_value_that_got_another_name_is_read_by_that_in_the_body_too()
    {
        var graph = Conditional().Import();
        var builder = GraphBuilder.CopyOf(graph, out var map);
        builder.Rename(map.Get(graph.Find("a")!), "renamed");

        var again = OnnxModel.Parse(OnnxModel.Serialize(builder.Build([.. graph.Outputs.Select(map.Get)])));
        using var runner = new Interpreter(again);

        again.Nodes.Single(n => n.Operator == If.Instance).Inputs.Select(i => i?.Name).Should().Contain("renamed");
        runner.Run(Tensor.Scalar(true), Tensor.From([2f], [1]))[0].AsSpan<float>()[0].Should().Be(3);
    }

    [Fact]
    public void Bodies_in_bodies_read_through_both()
    {
        var inner = new GraphProto { Name = "inner", Output = { new ValueInfoProto { Name = "inner.y" } } };
        inner.Node.Add(TestModel.NodeOf("Add", ["x", "outer.t"], ["inner.y"]));
        var outer = new GraphProto { Name = "outer", Output = { new ValueInfoProto { Name = "outer.y" } } };
        outer.Node.Add(TestModel.NodeOf("Neg", ["x"], ["outer.t"]));
        outer.Node.Add(WithBodies(TestModel.NodeOf("If", ["cond"], ["outer.y"]), ("then_branch", inner), ("else_branch", inner)));
        var model = new TestModel(17).Input("cond", ElementType.Bool, []).Input("x", 1);
        model.Graph.Node.Add(WithBodies(TestModel.NodeOf("If", ["cond"], ["y"]), ("then_branch", outer), ("else_branch", outer)));
        using var runner = new Interpreter(OnnxModel.Parse(OnnxModel.Serialize(model.Output("y").Import())));

        runner.Run(Tensor.Scalar(true), Tensor.From([2f], [1]))[0].AsSpan<float>()[0].Should().Be(0);
    }

    [Fact]
    public void A_body_of_an_old_operator_set_is_in_the_form_of_today_and_is_written_in_its_own()
    {
        var body = new GraphProto { Name = "body", Output = { new ValueInfoProto { Name = "b" } } };
        body.Node.Add(TestModel.NodeOf("Unsqueeze", ["x"], ["b"], new() { ["axes"] = new long[] { 0 } }));
        var model = new TestModel(11).Input("cond", ElementType.Bool, []).Input("x", 2);
        model.Graph.Node.Add(WithBodies(TestModel.NodeOf("If", ["cond"], ["y"]), ("then_branch", body), ("else_branch", body)));
        var graph = model.Output("y").Import();
        using var runner = new Interpreter(graph);

        runner.Run(Tensor.Scalar(true), Tensor.From([1f, 2f], [2]))[0].Shape.Should().Equal(1, 2);
        var again = ModelProto.Parser.ParseFrom(OnnxModel.Serialize(graph)).Graph.Node.Single().Attribute[0].G;
        again.Node.Single().Input.Should().Equal("x");
        again.Node.Single().Attribute.Single().Ints.Should().Equal(0);
        again.Initializer.Should().BeEmpty();
    }

    [Fact]
    public void A_loop_that_would_not_end_is_stopped()
    {
        var body = new GraphProto { Name = "body", Output = { new ValueInfoProto { Name = "again" }, new ValueInfoProto { Name = "b" } } };
        body.Input.Add(TypeCodec.Write("run", new Fact(ElementType.Int64, [])));
        body.Input.Add(TypeCodec.Write("cond", new Fact(ElementType.Bool, [])));
        body.Input.Add(TypeCodec.Write("v", new Fact(ElementType.Float32, [1])));
        body.Node.Add(TestModel.NodeOf("Identity", ["cond"], ["again"]));
        body.Node.Add(TestModel.NodeOf("Identity", ["v"], ["b"]));
        var model = new TestModel(17).Input("x", 1);
        model.Graph.Node.Add(WithBodies(TestModel.NodeOf("Loop", ["", "", "x"], ["y"], null, "endless"), ("body", body)));
        using var runner = new Interpreter(model.Output("y").Import());

        var run = () => runner.Run(Tensor.From([1f], [1]));

        run.Should().Throw<UnsupportedModelException>().WithMessage("endless (Loop): runs its body more than 65536 times.");
    }

    [Fact]
    public void Bodies_that_do_not_fit_their_node_are_refused()
    {
        var model = Conditional();
        model.Graph.Node.Single(n => n.OpType == "If").Output.Add("more");

        model.Invoking(m => m.Import()).Should().Throw<ShapeException>().WithMessage("*(If)*has 2 outputs, its bodies 1 and 1*");
    }

    // y = cond ? a + w : x * 10 with a = x - 0 and w = 1.
    private static TestModel Conditional()
    {
        var then = new GraphProto { Name = "then", Output = { new ValueInfoProto { Name = "then.y" } } };
        then.Node.Add(TestModel.NodeOf("Add", ["a", "w"], ["then.y"]));
        var otherwise = new GraphProto { Name = "else", Output = { new ValueInfoProto { Name = "else.y" } } };
        otherwise.Node.Add(TestModel.NodeOf("Mul", ["x", "ten"], ["else.y"]));
        otherwise.Initializer.Add(TensorWriter.Write(Tensor.Scalar(10f), "ten"));
        var model = new TestModel(17).Input("cond", ElementType.Bool, []).Input("x", 1).Initializer("w", Tensor.From([1f], [1]));
        model.Graph.Node.Add(WithBodies(TestModel.NodeOf("If", ["cond"], ["y"]), ("then_branch", then), ("else_branch", otherwise)));
        return model.Node("Identity", ["x"], ["a"]).Output("y");
    }

    private static NodeProto WithBodies(NodeProto node, params (string Name, GraphProto Body)[] bodies)
    {
        foreach (var (name, body) in bodies)
            node.Attribute.Add(new AttributeProto { Name = name, G = body.Clone(), Type = AttributeProto.Types.AttributeType.Graph });
        return node;
    }
}
