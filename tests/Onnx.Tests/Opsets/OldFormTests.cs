using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx.Tests.Opsets;

/// <summary>Nodes of old operator sets mean what they meant there.</summary>
public class OldFormTests
{
    /// <summary>Results of elementary functions in single precision: some units in the last place of a number near 1.</summary>
    private const float Rounding = 1e-6f;

    /// <summary>A node of an operator set, what it reads, and what it must make of it.</summary>
    public sealed record Old(string Name, int Opset, string Operator, Attributes Attributes, Tensor[] Inputs, Tensor Expected, int Constants = 0)
    {
        public override string ToString() => $"{Name} ({Operator} {Opset})";
    }

    private static readonly Tensor s_eight = Floats([1, 2, 3, 4, 5, 6, 7, 8], 1, 2, 2, 2);
    private static readonly Tensor s_four = Floats([-2, -1, 1, 2], 4);

    private static readonly Old[] s_cases =
    [
        new("shape in an attribute", 1, "Reshape", new() { ["shape"] = new long[] { 2, -1 } }, [s_eight], Floats([1, 2, 3, 4, 5, 6, 7, 8], 2, 4)),
        new("type by name", 1, "Cast", new() { ["to"] = "INT64" }, [s_four], Tensor.From<long>([-2, -1, 1, 2], [4])),
        new("axis given", 4, "Concat", new() { ["axis"] = 0 }, [s_four, s_four], Floats([-2, -1, 1, 2, -2, -1, 1, 2], 8)),
        new("axis left out is 1", 1, "Concat", [], [Floats([1, 2], 1, 2), Floats([3], 1, 1)], Floats([1, 2, 3], 1, 3)),
        new("in place", 1, "Relu", new() { ["consumed_inputs"] = new long[] { 0 } }, [s_four], Floats([0, 0, 1, 2], 4)),
        new("operands align at an axis", 6, "Add", new() { ["broadcast"] = 1, ["axis"] = 1 }, [s_eight, Floats([10, 20], 2)], Floats([11, 12, 13, 14, 25, 26, 27, 28], 1, 2, 2, 2)),
        new("operands align at the end", 6, "Mul", new() { ["broadcast"] = 1 }, [s_eight, Floats([1, 10], 2)], Floats([1, 20, 3, 40, 5, 60, 7, 80], 1, 2, 2, 2)),
        new("slopes of channels", 6, "PRelu", [], [Floats([-1, -2, -3, 4], 1, 2, 2), Floats([2, 10], 2)], Floats([-2, -4, -30, 4], 1, 2, 2)),
        new("bias broadcasts", 6, "Gemm", new() { ["broadcast"] = 1 }, [Floats([1, 2], 1, 2), Floats([1, 0, 0, 1], 2, 2), Floats([5, 6], 2)], Floats([6, 8], 1, 2)),
        new("tested", 6, "Dropout", new() { ["is_test"] = 1, ["ratio"] = 0.9f }, [s_four], s_four),
        new("ratio in an attribute", 7, "Dropout", new() { ["ratio"] = 0.9f }, [s_four], s_four),
        new("tested", 6, "BatchNormalization", new() { ["is_test"] = 1, ["epsilon"] = 0f, ["consumed_inputs"] = new long[] { 0 } },
            [Floats([1, 3], 1, 2, 1), Floats([2, 2], 2), Floats([1, 1], 2), Floats([1, 1], 2), Floats([4, 4], 2)], Floats([1, 3], 1, 2, 1)),
        new("bounds in attributes", 6, "Clip", new() { ["min"] = -1f, ["max"] = 1f }, [s_four], Floats([-1, -1, 1, 1], 4)),
        new("one bound", 6, "Clip", new() { ["min"] = 0f }, [s_four], Floats([0, 0, 1, 2], 4)),
        new("paddings", 1, "Pad", new() { ["paddings"] = new long[] { 1, 2 }, ["value"] = 9f }, [s_four], Floats([9, -2, -1, 1, 2, 9, 9], 7)),
        new("pads in an attribute", 10, "Pad", new() { ["pads"] = new long[] { 1, 0 }, ["mode"] = "edge" }, [s_four], Floats([-2, -2, -1, 1, 2], 5)),
        new("bounds in attributes", 1, "Slice", new() { ["starts"] = new long[] { 1 }, ["ends"] = new long[] { -1 }, ["axes"] = new long[] { 0 } }, [s_four], Floats([-1, 1], 2)),
        new("sizes in an attribute", 2, "Split", new() { ["split"] = new long[] { 3, 1 }, ["axis"] = 0 }, [s_four], Floats([-2, -1, 1], 3)),
        new("sizes in an input", 1, "Split", new() { ["axis"] = 0 }, [s_four, Tensor.From<long>([3, 1], [2])], Floats([-2, -1, 1], 3), Constants: 1),
        new("equal parts", 11, "Split", [], [s_four], Floats([-2, -1], 2)),
        new("count in an attribute", 1, "TopK", new() { ["k"] = 2, ["axis"] = 0 }, [s_four], Floats([2, 1], 2)),
        new("two factors", 1, "Upsample", new() { ["width_scale"] = 2f, ["height_scale"] = 1f, ["mode"] = "nearest" }, [Floats([1, 2], 1, 1, 1, 2)], Floats([1, 1, 2, 2], 1, 1, 1, 4)),
        new("factors in an attribute", 7, "Upsample", new() { ["scales"] = new float[] { 1, 1, 1, 1.5f } }, [Floats([1, 2], 1, 1, 1, 2)], Floats([1, 1, 2], 1, 1, 1, 3)),
        new("factors in an input", 9, "Upsample", [], [Floats([1, 2], 1, 1, 1, 2), Floats([1, 1, 1, 2], 4)], Floats([1, 1, 2, 2], 1, 1, 1, 4), Constants: 1),
        new("no coordinates", 10, "Resize", new() { ["mode"] = "linear" }, [Floats([1, 3], 1, 1, 1, 2), Floats([1, 1, 1, 2], 4)], Floats([1, 2, 3, 3], 1, 1, 1, 4), Constants: 1),
        new("all axes from the second", 11, "Softmax", [], [Floats([0, 0, 0, 0], 1, 2, 2)], Floats([0.25f, 0.25f, 0.25f, 0.25f], 1, 2, 2)),
        new("one axis that is not 1", 11, "Softmax", [], [Floats([0, 0, 0, 0], 2, 2, 1)], Floats([0.5f, 0.5f, 0.5f, 0.5f], 2, 2, 1)),
        new("the last axis", 11, "Softmax", new() { ["axis"] = 2 }, [Floats([0, 0, 0, 0], 1, 2, 2)], Floats([0.5f, 0.5f, 0.5f, 0.5f], 1, 2, 2)),
        new("counted from the end", 11, "LogSoftmax", new() { ["axis"] = -2 }, [Floats([0, 0, 0, 0], 1, 2, 2)], Floats([-1.3862944f, -1.3862944f, -1.3862944f, -1.3862944f], 1, 2, 2)),
        new("axes in an attribute", 11, "Squeeze", new() { ["axes"] = new long[] { 1 } }, [Floats([1, 2], 1, 1, 2)], Floats([1, 2], 1, 2)),
        new("axes in an attribute", 1, "Unsqueeze", new() { ["axes"] = new long[] { 0, 2 } }, [Floats([1, 2], 2)], Floats([1, 2], 1, 2, 1)),
        new("axes in an attribute", 11, "ReduceSum", new() { ["axes"] = new long[] { 0 }, ["keepdims"] = 0 }, [Floats([1, 2, 3, 4], 2, 2)], Floats([4, 6], 2)),
        new("axes in an attribute", 13, "ReduceMean", new() { ["axes"] = new long[] { -1 } }, [Floats([1, 2, 3, 4], 2, 2)], Floats([1.5f, 3.5f], 2, 1)),
        new("no axes", 13, "ReduceMax", new() { ["keepdims"] = 0 }, [s_four], Floats([2])),
        new("one count and one axis", 1, "Tile", [], [Floats([1, 2], 1, 2), Tensor.From<long>([2], [1]), Tensor.From<long>([1], [1])], Floats([1, 2, 1, 2], 1, 4), Constants: 2),
        new("rounded constants", 1, "Selu", [], [Floats([2], 1)], Floats([2.1014f], 1)),
        new("its own constants", 6, "Selu", [], [Floats([2], 1)], Floats([2.101402f], 1)),
        new("power as a float", 1, "GlobalLpPool", new() { ["p"] = 1f }, [Floats([-1, 2], 1, 1, 2)], Floats([3], 1, 1, 1)),
        new("first name", 9, "Scatter", [], [s_four, Tensor.From<long>([0, 3], [2]), Floats([7, 8], 2)], Floats([7, -1, 1, 8], 4)),
        new("scale of groups", 18, "GroupNormalization", new() { ["num_groups"] = 1L, ["epsilon"] = 0f }, [Floats([1, 3], 1, 2, 1), Floats([2], 1), Floats([5], 1)], Floats([3, 7], 1, 2, 1)),
    ];

    public static TheoryData<string> Cases => new(s_cases.Select(c => c.ToString()));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_node_of_an_old_operator_set_means_what_it_meant(string name)
    {
        var c = s_cases.Single(c => c.ToString() == name);
        using var runner = new Interpreter(ModelOf(c).Import());

        var actual = runner.Run(c.Inputs[..^c.Constants])[0];

        actual.ElementType.Should().Be(c.Expected.ElementType);
        actual.Shape.Should().Equal(c.Expected.Shape);
        foreach (var (a, e) in actual.ToArray<float>().Zip(c.Expected.ToArray<float>())) a.Should().BeApproximately(e, Rounding * Math.Max(1, Math.Abs(e)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_node_of_an_old_operator_set_is_written_for_every_later_one_and_means_the_same(string name)
    {
        var c = s_cases.Single(c => c.ToString() == name);
        var graph = ModelOf(c).Import();
        using var first = new Interpreter(graph);
        var expected = first.Run(c.Inputs[..^c.Constants])[0].ToArray<float>();
        for (int opset = Math.Max(c.Opset, OpsetHistory.OldestWritten); opset <= OpsetHistory.Newest; opset++)
        {
            using var again = new Interpreter(OnnxModel.Parse(OnnxModel.Serialize(graph, new OnnxExportOptions { Opset = opset })));
            again.Run(c.Inputs[..^c.Constants])[0].ToArray<float>().Should().Equal(expected, "it was written for operator set {0}", opset);
        }
    }

    [Theory]
    [InlineData("HardSwish", 14)]
    [InlineData("Mish", 18)]
    [InlineData("Gelu", 20)]
    [InlineData("GreaterOrEqual", 12)]
    [InlineData("LayerNormalization", 17)]
    [InlineData("GroupNormalization", 21)]
    public void A_younger_operator_is_written_out_in_older_ones(string op, int since)
    {
        foreach (var sample in Framework.Operators.OperatorSet.Find("", op)!.Samples)
        {
            var builder = new GraphBuilder();
            Tensor[] data = [.. sample.Inputs.Select((input, i) => input!.Make(new CounterRandom(5, $"{sample.Name}{i}")))];
            var inputs = data.Select((t, i) => builder.Input($"x{i}", t.ElementType, t.Shape)).ToList();
            string[] outputs = [.. Enumerable.Range(0, sample.Outputs).Select(i => $"y{i}")];
            var graph = builder.Build(builder.AddNode(Framework.Operators.OperatorSet.Find("", op)!, "node", inputs, outputs, sample.Attributes));
            using var whole = new Interpreter(graph);
            using var parts = new Interpreter(OnnxModel.Parse(OnnxModel.Serialize(graph, new OnnxExportOptions { Opset = since - 1 })));

            foreach (var (expected, actual) in whole.Run(data).Zip(parts.Run(data)))
            {
                actual.Shape.Should().Equal(expected.Shape);
                foreach (var (e, a) in expected.To(ElementType.Float32).ToArray<float>().Zip(actual.To(ElementType.Float32).ToArray<float>()))
                    a.Should().BeApproximately(e, 16 * Rounding * Math.Max(1, Math.Abs(e)));
            }
        }
    }

    [Fact]
    public void A_mask_of_an_old_dropout_is_of_the_type_of_its_data()
    {
        var graph = new TestModel(7).Input("x", 4).Node("Dropout", ["x"], ["y", "mask"]).Output("mask").Import();
        using var runner = new Interpreter(graph);

        runner.Run(s_four)[0].AsSpan<float>().ToArray().Should().Equal(1, 1, 1, 1);
    }

    [Fact]
    public void An_old_dropout_that_is_not_tested_drops()
    {
        var graph = new TestModel(6).Input("x", 1000).Node("Dropout", ["x"], ["y"], new() { ["ratio"] = 0.5f }).Output("y").Import();
        using var runner = new Interpreter(graph);
        var ones = new Tensor(ElementType.Float32, [1000]);
        ones.AsSpan<float>().Fill(1);

        runner.Run(ones)[0].AsSpan<float>().ToArray().Should().Contain(0).And.Contain(2);
    }

    [Fact]
    public void An_old_batch_normalization_that_gives_running_statistics_trains()
    {
        var model = new TestModel(9).Input("x", 2, 1, 2).Node("BatchNormalization", ["x", "one", "zero", "zero", "one"], ["y", "mean", "var"], new() { ["epsilon"] = 0f })
            .Initializer("one", Floats([1], 1)).Initializer("zero", Floats([0], 1)).Output("y");
        using var runner = new Interpreter(model.Import());

        runner.Run(Floats([1, 1, 3, 3], 2, 1, 2))[0].AsSpan<float>().ToArray().Should().Equal(-1, -1, 1, 1);
    }

    [Theory]
    [InlineData(12, "Squeeze", "axes", "*squeeze (Squeeze)*'axes' is computed*operator set 13*")]
    [InlineData(9, "TopK", "count", "*topk (TopK)*'count' is computed*operator set 10*")]
    public void What_an_old_form_holds_in_an_attribute_cannot_be_computed(int opset, string op, string input, string message)
    {
        var graph = new TestModel(17).Input("x", 1, 2).Input(input, ElementType.Int64, [1])
            .Node(op, ["x", input], op == "TopK" ? ["y", "i"] : ["y"], name: op.ToLowerInvariant()).Output("y").Import();

        var export = () => OnnxModel.Serialize(graph, new OnnxExportOptions { Opset = opset });

        export.Should().Throw<UnsupportedModelException>().WithMessage(message);
    }

    [Fact]
    public void An_operator_that_an_operator_set_does_not_have_is_named_with_the_lowest_that_has_it()
    {
        var graph = new TestModel(20).Input("x", 4, 4).Node("Erf", ["x"], ["y"], name: "act").Output("y").Import();

        var export = () => OnnxModel.Serialize(graph, new OnnxExportOptions { Opset = 8 });

        export.Should().Throw<UnsupportedModelException>().WithMessage("act (Erf): operator set 8 has no Erf. Export for operator set 9 or later.");
    }

    [Fact]
    public void A_graph_of_our_own_is_written_for_the_lowest_operator_set_from_17_on_that_has_its_operators()
    {
        var graph = new TestModel(20).Input("x", 4).Node("Gelu", ["x"], ["y"]).Output("y").Import().WithMetadata(GraphMetadata.Own);

        ModelProto.Parser.ParseFrom(OnnxModel.Serialize(graph)).OpsetImport.Single().Version.Should().Be(20);
        ModelProto.Parser.ParseFrom(OnnxModel.Serialize(TestGraphs.LeNet())).OpsetImport.Single().Version.Should().Be(OpsetHistory.Default);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(OpsetHistory.Newest + 1)]
    public void An_operator_set_that_is_not_written_is_refused(int opset)
    {
        var export = () => OnnxModel.Serialize(TestGraphs.LeNet(), new OnnxExportOptions { Opset = opset });

        export.Should().Throw<UsageException>().WithMessage($"operator set {opset}*7 to 26*");
    }

    [Fact]
    public void Every_operator_that_there_is_has_a_birth()
    {
        foreach (var op in Framework.Operators.OperatorSet.All.Where(o => o.Domain.Length == 0))
            OpsetHistory.BirthOf(op.Name).Should().NotBeNull("{0} can only be written if it is known since when", op.Name);
    }

    private static TestModel ModelOf(Old c)
    {
        var model = new TestModel(c.Opset, irVersion: 3);
        string[] names = [.. Enumerable.Range(0, c.Inputs.Length).Select(i => $"x{i}")];
        for (int i = 0; i < names.Length; i++)
        {
            if (i < names.Length - c.Constants) model.Input(names[i], c.Inputs[i].ElementType, c.Inputs[i].Shape);
            else model.Initializer(names[i], c.Inputs[i]);
        }

        string[] outputs = c.Operator is "Split" or "TopK" ? ["y0", "y1"] : ["y0"];
        return model.Node(c.Operator, names, outputs, c.Attributes).Output("y0");
    }

    private static Tensor Floats(float[] values, params int[] shape) => Tensor.From(values, new Shape(shape));
}
