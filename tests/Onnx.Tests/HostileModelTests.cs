using System.Diagnostics;
using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;
using Onnx.Wire;

namespace Onnx.Tests;

/// <summary>Well-formed models that are small and would take for ever, or all memory, if they were believed.</summary>
public class HostileModelTests
{
    /// <summary>What the project promises: no model takes longer.</summary>
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);

    [Fact]
    public void An_extent_that_doubles_with_every_node_is_not_written_out()
    {
        var model = new TestModel(17).Input("x0", "N", 3);
        for (int i = 0; i < 1000; i++) model.Node("Concat", [$"x{i}", $"x{i}"], [$"x{i + 1}"], new() { ["axis"] = 0 });

        var graph = Within(() => model.Output("x1000").Import());

        graph.Outputs[0].Shape![0].Symbol!.Length.Should().BeLessThan(1000);
        Within(() => OnnxModel.Serialize(graph)).Length.Should().BeLessThan(1 << 20);
    }

    [Fact]
    public void A_number_that_doubles_with_every_node_is_refused()
    {
        var model = new TestModel(17).Input("x0", 2, 3);
        for (int i = 0; i < 100; i++) model.Node("Concat", [$"x{i}", $"x{i}"], [$"x{i + 1}"], new() { ["axis"] = 0 });

        Refused<ShapeException>(model.Output("x100"), "*overflow*");
    }

    [Fact]
    public void A_node_of_many_attributes_is_refused()
    {
        var model = new TestModel(17).Input("x", 1).Node("Relu", ["x"], ["y"]).Output("y");
        for (int i = 0; i < 200_000; i++) model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = $"a{i}", I = i });

        Refused<ModelFormatException>(model, "*200000 attributes*");
    }

    [Fact]
    public void Many_nodes_of_one_name_that_need_constants_are_read()
    {
        const int count = 20_000;
        var model = new TestModel(12).Input("x0", 1, 2);
        for (int i = 0; i < count; i++) model.Node("Unsqueeze", ["x0"], [$"x{i + 1}"], new() { ["axes"] = new long[] { 0 } }, "same");

        Within(() => model.Output("x1").Import()).Nodes.Should().HaveCount(count);
    }

    [Fact]
    public void Many_bodies_are_read()
    {
        const int count = 5_000;
        var model = new TestModel(17).Input("cond", ElementType.Bool, []).Input("x0", 1);
        for (int i = 0; i < count; i++)
        {
            var body = new GraphProto { Name = "b", Output = { new ValueInfoProto { Name = $"b{i}" } } };
            body.Node.Add(TestModel.NodeOf("Relu", [$"x{i}"], [$"b{i}"]));
            var node = TestModel.NodeOf("If", ["cond"], [$"x{i + 1}"]);
            foreach (string name in new[] { "then_branch", "else_branch" })
                node.Attribute.Add(new AttributeProto { Name = name, G = body, Type = AttributeProto.Types.AttributeType.Graph });
            model.Graph.Node.Add(node);
        }

        Within(() => model.Output($"x{count}").Import()).Nodes.Should().HaveCount(count);
    }

    [Fact]
    public void Functions_that_multiply_are_refused()
    {
        var model = new TestModel(17).Input("x", 1).Node("F0", ["x"], ["y"], domain: "my").Output("y");
        for (int level = 0; level < 20; level++)
        {
            var function = new FunctionProto { Name = $"F{level}", Domain = "my", Input = { "in" }, Output = { "out" } };
            string next = level == 19 ? "Relu" : $"F{level + 1}", domain = level == 19 ? "" : "my";
            for (int i = 0; i < 4; i++) function.Node.Add(TestModel.NodeOf(next, [i == 0 ? "in" : $"t{i}"], [i == 3 ? "out" : $"t{i + 1}"], domain: domain));
            model.Message.Functions.Add(function);
        }

        Refused<ModelFormatException>(model, "*more than 131072 nodes*");
    }

    [Fact]
    public void A_value_of_many_axes_is_refused()
    {
        Refused<ModelFormatException>(new TestModel(17).Input("x", [.. Enumerable.Repeat((Dimension)1, 100_000)]).Node("Relu", ["x"], ["y"]).Output("y"), "*100000 axes*");
        Refused<ShapeException>(
            new TestModel(17).Input("x", 1).Initializer("axes", Tensor.From(Enumerable.Range(0, 2000).Select(i => (long)i).ToArray(), [2000]))
                .Node("Unsqueeze", ["x", "axes"], ["y"]).Output("y"),
            "*2001 axes*");
        Refused<ShapeException>(
            new TestModel(17).Input("x", 1).Initializer("axes", Tensor.From(Enumerable.Range(0, 100_000).Select(i => (long)i).ToArray(), [100_000]))
                .Node("Unsqueeze", ["x", "axes"], ["y"]).Output("y"),
            "*100000 numbers*");
    }

    [Fact]
    public void A_small_file_that_promises_a_large_constant_takes_no_memory_to_read()
    {
        var model = new TestModel(17).Initializer("shape", Tensor.From<long>([1 << 30, 1], [2])).Node("ConstantOfShape", ["shape"], ["y"]).Output("y");
        long before = GC.GetAllocatedBytesForCurrentThread();

        Within(() => model.Import());

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(64 << 20);
    }

    private static T Within<T>(Func<T> action)
    {
        var clock = Stopwatch.StartNew();
        var result = action();
        clock.Elapsed.Should().BeLessThan(s_hang);
        return result;
    }

    private static void Refused<TException>(TestModel model, string message)
        where TException : FrameworkException
    {
        var clock = Stopwatch.StartNew();
        model.Invoking(m => m.Import()).Should().Throw<TException>().WithMessage(message);
        clock.Elapsed.Should().BeLessThan(s_hang);
    }
}
