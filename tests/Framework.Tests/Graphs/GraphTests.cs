using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Graphs;

public class GraphTests
{
    private const ElementType F = ElementType.Float32;

    [Fact]
    public void Dimensions_compute_where_they_are_known_and_keep_their_text_where_not()
    {
        Dimension n = "N";

        ((Dimension)7 - 3).Should().Be((Dimension)4);
        (n * 1).Should().Be(n);
        (n + 0).Should().Be(n);
        (n - n).Should().Be((Dimension)0);
        ((Dimension)7).Divide(2).Should().Be((Dimension)3);
        ((Dimension)7).Divide(2, ceiling: true).Should().Be((Dimension)4);
        ((Dimension)(-1)).Divide(2).Should().Be((Dimension)(-1), "a window that does not fit must not seem to");
        (n * 3).Should().Be(3 * n);
    }

    [Fact]
    public void Reshape_finds_the_open_extent_through_symbols()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, ["N", 16, 5, 5]);

        x.Reshape([-1, 400]).Shape!.ToString().Should().Be("[N,400]");
        x.Reshape([0, -1]).Shape!.ToString().Should().Be("[N,400]");
        x.Flatten().Shape!.ToString().Should().Be("[N,400]");
    }

    [Fact]
    public void A_shape_that_is_computed_keeps_the_batch_symbolic()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, ["N", 16, 5, 5]);
        var batch = x.ShapeOf().Gather(builder.Integers(0), axis: 0);

        batch.Fact.Extents.Should().Equal((Dimension)"N");
        x.Flatten().Reshape(x.ShapeOf()).Shape!.ToString().Should().Be("[N,16,5,5]");
    }

    [Fact]
    public void A_mistake_fails_while_wiring_and_names_place_operands_and_rule()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, ["N", 512, 7, 7]);
        var w = builder.Initializer("w", new Tensor(F, [256, 256, 3, 3]), InitializerRole.Parameter);

        var act = () => x.Conv(w, null, name: "layer3.0.conv2");

        act.Should().Throw<ShapeException>().WithMessage("layer3.0.conv2 (Conv): input has 512 channels, weight [256,256,3,3] with groups 1 expects 256.");
    }

    [Fact]
    public void A_node_without_a_name_lives_where_its_input_was_made()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, ["N", 3, 8, 8]);
        var w = builder.Initializer("w", new Tensor(F, [4, 3, 3, 3]), InitializerRole.Parameter);

        var y = x.Conv(w, null, name: "layer1.0.conv1").Relu();

        y.Producer!.Name.Should().Be("layer1.0.relu");
        y.Relu().Producer!.Name.Should().Be("layer1.0.relu_1");
    }

    [Fact]
    public void A_name_is_assigned_once()
    {
        var builder = new GraphBuilder();
        builder.Input("x", F, [1]);

        var act = () => builder.Input("x", F, [1]);

        act.Should().Throw<ModelFormatException>().WithMessage("*'x'*assigned twice*");
    }

    [Fact]
    public void Values_of_two_graphs_do_not_mix()
    {
        var x = new GraphBuilder().Input("x", F, [1]);
        var y = new GraphBuilder().Input("y", F, [1]);

        var act = () => x + y;

        act.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Other_weights_must_fit_the_initializer()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [2]);
        var graph = builder.Build([x + builder.Initializer("w", new Tensor(F, [2]), InitializerRole.Parameter)]);

        var otherShape = () => graph.WithInitializers(new Dictionary<string, Tensor> { ["w"] = new(F, [3]) });
        var otherName = () => graph.WithInitializers(new Dictionary<string, Tensor> { ["v"] = new(F, [2]) });

        otherShape.Should().Throw<ShapeException>();
        otherName.Should().Throw<ShapeException>().WithMessage("*v*");
    }

    [Theory]
    [InlineData(GraphStage.Portable, false)]
    [InlineData(GraphStage.Training, true)]
    public void A_stage_rejects_operators_of_later_ones(GraphStage stage, bool allowed)
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [2, 3]);
        var graph = builder.Build([builder.Apply(ReduceTo.Instance, [x, builder.Integers(3)])]);

        var act = () => GraphVerifier.Check(graph, stage);

        if (allowed) act.Should().NotThrow();
        else act.Should().Throw<ModelFormatException>().WithMessage("*grad*");
    }

    [Fact]
    public void A_rewrite_that_changes_a_shape_is_caught()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [2, 3]);
        var graph = builder.Build([x.Relu()]);

        var act = () => new WrongRewrite().Apply(graph);

        act.Should().Throw<InvalidOperationException>().WithMessage("WrongRewrite replaced*");
    }

    [Fact]
    public void The_dead_are_dropped_and_outputs_keep_their_names()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [2]);
        _ = x.Exp();
        var graph = builder.Build([builder.Rename(builder.Apply(Identity.Instance, [x.Relu()]), "y")]);

        var patched = new WithoutIdentity().Apply(graph);

        patched.Nodes.Select(n => n.Operator.Name).Should().Equal("Relu");
        patched.Outputs[0].Name.Should().Be("y");
    }

    [Fact]
    public void What_a_rewrite_adds_takes_no_name_of_a_value_further_down()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [2]);
        var graph = builder.Build([builder.Apply(Identity.Instance, [x], name: "first").Relu()]);
        graph.Outputs[0].Name.Should().Be("relu");

        var patched = new IdentityAsRelu().Apply(graph);

        patched.Nodes.Select(n => n.Operator.Name).Should().Equal("Relu", "Relu");
        patched.Outputs[0].Name.Should().Be("relu");
        patched.Nodes[0].Outputs[0]!.Name.Should().NotBe("relu");
    }

    private sealed class IdentityAsRelu() : GraphPatch("IdentityAsRelu")
    {
        protected override IReadOnlyList<Value?>? Replace(Node node) => node.Operator is Identity ? [Map.Get(node.Inputs[0]!).Relu()] : null;
    }

    private sealed class WrongRewrite() : GraphPatch("WrongRewrite")
    {
        protected override IReadOnlyList<Value?>? Replace(Node node) => [Map.Get(node.Inputs[0]!).Reshape([6])];
    }

    private sealed class WithoutIdentity() : GraphPatch("WithoutIdentity")
    {
        protected override IReadOnlyList<Value?>? Replace(Node node) => node.Operator is Identity ? [Map.Get(node.Inputs[0]!)] : null;
    }
}
