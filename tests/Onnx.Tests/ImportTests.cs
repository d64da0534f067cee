using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Onnx.Wire;

namespace Onnx.Tests;

public class ImportTests
{
    [Fact]
    public void Nodes_may_stand_in_any_order()
    {
        var graph = new TestModel(17).Input("x", 2)
            .Node("Relu", ["b"], ["c"], name: "third").Node("Relu", ["a"], ["b"], name: "second").Node("Relu", ["x"], ["a"], name: "first").Output("c").Import();

        graph.Nodes.Select(n => n.Name).Should().Equal("first", "second", "third");
    }

    [Fact]
    public void Nodes_in_order_keep_it_and_need_no_names()
    {
        var graph = new TestModel(17).Input("x", 2).Node("Tanh", ["x"], ["a"]).Node("Relu", ["x"], ["b"]).Node("Add", ["b", "a"], ["c"]).Output("c").Import();

        graph.Nodes.Select(n => (n.Name, n.Operator.Name)).Should().Equal(("", "Tanh"), ("", "Relu"), ("", "Add"));
    }

    [Fact]
    public void Empty_names_leave_optional_operands_out()
    {
        var graph = new TestModel(17).Input("x", 1, 1, 4, 4).Node("MaxPool", ["x"], ["y", ""], new() { ["kernel_shape"] = new long[] { 2, 2 } })
            .Node("Dropout", ["y", "", ""], ["", "mask"]).Output("mask").Import();

        graph.Nodes[0].Outputs.Select(o => o?.Name).Should().Equal("y", null);
        graph.Nodes[1].Inputs.Select(i => i?.Name).Should().Equal("y");
        graph.Nodes[1].Outputs.Select(o => o?.Name).Should().Equal(null, "mask");
    }

    [Fact]
    public void Symbols_and_open_extents_survive_and_differ()
    {
        var model = new TestModel(17).Input("x", "batch", 3).Node("Relu", ["x"], ["y"]).Output("y");
        model.Graph.Input[0].Type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension());
        model.Graph.Input[0].Type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = -1 });

        var graph = model.Import();
        var shape = graph.Inputs[0].Shape!;
        var again = ModelProto.Parser.ParseFrom(OnnxModel.Serialize(graph)).Graph.Input[0].Type.TensorType.Shape;

        shape[0].Should().Be(Dimension.Named("batch"));
        shape[2].Should().NotBe(shape[3]);
        again.Dim.Select(d => d.ValueCase).Should().Equal(
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam,
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue,
            TensorShapeProto.Types.Dimension.ValueOneofCase.None,
            TensorShapeProto.Types.Dimension.ValueOneofCase.None);
    }

    [Fact]
    public void Initializers_that_are_inputs_too_are_no_inputs_and_are_written_as_they_were()
    {
        var model = new TestModel(8, irVersion: 3).Input("w", 2, 3).Input("x", "N", 2).Initializer("w", Floats(2, 3)).Node("MatMul", ["x", "w"], ["y"]).Output("y");

        var graph = model.Import();
        var again = ModelProto.Parser.ParseFrom(OnnxModel.Serialize(graph));

        graph.Inputs.Select(i => i.Name).Should().Equal("x");
        graph.Initializers.Single().Role.Should().Be(InitializerRole.Parameter);
        again.IrVersion.Should().Be(3);
        again.OpsetImport.Single().Version.Should().Be(8);
        again.Graph.Input.Select(i => i.Name).Should().Equal("w", "x");
    }

    [Fact]
    public void A_weight_is_a_parameter_also_where_it_is_transposed_first_and_a_number_of_the_form_is_not()
    {
        var graph = new TestModel(17).Input("x", "N", 2)
            .Initializer("w", Floats(3, 2)).Initializer("half", Tensor.Scalar(0.5f)).Initializer("shape", Tensor.From<long>([-1, 3], [2])).Initializer("unread", Floats(4))
            .Node("Transpose", ["w"], ["wt"], new() { ["perm"] = new long[] { 1, 0 } })
            .Node("MatMul", ["x", "wt"], ["y"]).Node("Mul", ["y", "half"], ["z"]).Node("Reshape", ["z", "shape"], ["out"]).Output("out").Import();

        graph.Initializers.ToDictionary(i => i.Name, i => i.Role).Should().Equal(new Dictionary<string, InitializerRole>
        {
            ["w"] = InitializerRole.Parameter,
            ["half"] = InitializerRole.Constant,
            ["shape"] = InitializerRole.Constant,
            ["unread"] = InitializerRole.Constant,
        });
    }

    [Fact]
    public void Everything_that_is_missing_is_said_at_once()
    {
        var model = new TestModel(17).Input("x", 2).Node("Relu", ["x"], ["a"]).Node("Einsumm", ["a"], ["b"], name: "first").Node("Einsumm", ["b"], ["c"], name: "second")
            .Node("FancyPool", ["c"], ["d"], domain: "com.example").Output("d");
        model.Message.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.example", Version = 3 });

        var import = () => model.Import();

        import.Should().Throw<UnsupportedModelException>().Which.Message.Should()
            .Contain("test.onnx").And.Contain("2 operator(s)").And.Contain("ai.onnx 17 Einsumm (2 times: first, second)")
            .And.Contain("com.example 3 FancyPool (1 times: the one that makes 'd')").And.NotContain("Relu").And.NotContain("\n");
    }

    [Fact]
    public void A_model_of_a_newer_operator_set_is_refused()
    {
        var import = () => new TestModel(999).Input("x", 2).Node("Relu", ["x"], ["y"]).Output("y").Import();

        import.Should().Throw<UnsupportedModelException>().WithMessage("*operator set 999*newer*");
    }

    [Theory]
    [InlineData("circle", "*first (Add)*circle*")]
    [InlineData("dangling", "*first (Add)*'nowhere', which nothing makes*")]
    [InlineData("twice", "*second (Relu)*'a'*assigned twice*")]
    [InlineData("input twice", "*input 'x'*assigned twice*")]
    [InlineData("output of nothing", "*output 'nowhere'*nothing makes it*")]
    [InlineData("no operator", "*names no operator*")]
    [InlineData("no opset", "*operator set*")]
    [InlineData("attribute twice", "*attribute 'alpha'*twice*")]
    [InlineData("no graph", "*no graph*")]
    public void A_graph_that_breaks_a_rule_is_refused_by_name(string fault, string message)
    {
        var model = new TestModel(17).Input("x", 2).Node("Add", ["x", "b"], ["a"], name: "first").Node("Relu", ["x"], ["b"], name: "second").Output("a");
        var (first, second) = (model.Graph.Node[0], model.Graph.Node[1]);
        switch (fault)
        {
            case "circle": second.Input[0] = "a"; break;
            case "dangling": first.Input[1] = "nowhere"; break;
            case "twice": second.Output[0] = "a"; first.Input[1] = "x"; break;
            case "input twice": model.Input("x", 2); break;
            case "output of nothing": model.Output("nowhere"); break;
            case "no operator": first.OpType = ""; break;
            case "no opset": model.Message.OpsetImport.Clear(); break;
            case "attribute twice": first.Attribute.Add([new AttributeProto { Name = "alpha", F = 1 }, new AttributeProto { Name = "alpha", F = 1 }]); break;
            case "no graph": model.Message.Graph = null; break;
        }

        var import = () => OnnxModel.Parse(model.ToBytes(), "test.onnx");

        import.Should().Throw<ModelFormatException>().WithMessage("test.onnx*").WithMessage(message);
    }

    [Fact]
    public void A_wrong_shape_names_the_node_and_its_operands()
    {
        var import = () => new TestModel(17).Input("x", "N", 512, 8, 8).Initializer("w", Floats(16, 256, 3, 3))
            .Node("Conv", ["x", "w"], ["y"], name: "layer3.0.conv2").Output("y").Import();

        import.Should().Throw<ShapeException>().WithMessage("test.onnx, layer3.0.conv2 (Conv): input has 512 channels, weight [16,256,3,3] with groups 1 expects 256.");
    }

    [Fact]
    public void An_attribute_of_the_wrong_kind_names_its_node()
    {
        var import = () => new TestModel(17).Input("x", 2).Node("Softmax", ["x"], ["y"], new() { ["axis"] = "last" }, "soft").Output("y").Import();

        import.Should().Throw<ModelFormatException>().WithMessage("test.onnx, soft (Softmax)*axis*String*");
    }

    [Fact]
    public void A_declared_type_fills_in_what_inference_does_not_know_and_a_declared_shape_is_only_kept()
    {
        var model = new TestModel(17).Input("x", ElementType.Undefined, null).Node("Relu", ["x"], ["y"]).Output("y");
        model.Graph.Output[0] = TypeCodec.Write("y", new Fact(ElementType.Float32, ["N", 3]));

        var graph = model.Import();
        var again = ModelProto.Parser.ParseFrom(OnnxModel.Serialize(graph));

        graph.Outputs[0].ElementType.Should().Be(ElementType.Float32);
        graph.Outputs[0].Shape.Should().BeNull("a plan that relied on what nothing has checked could read beside its memory");
        again.Graph.Output[0].Should().Be(model.Graph.Output[0]);
    }

    [Fact]
    public void A_declared_type_that_an_operator_does_not_make_is_refused()
    {
        var model = new TestModel(17).Input("x", 2).Node("Relu", ["x"], ["y"]).Output("y");
        model.Graph.Output[0] = TypeCodec.Write("y", new Fact(ElementType.Int64, [2]));

        model.Invoking(m => m.Import()).Should().Throw<ModelFormatException>().WithMessage("*'y'*Int64*Float32*");
    }

    [Fact]
    public void Notes_on_nodes_and_values_survive()
    {
        var model = new TestModel(17).Input("x", "N", 2).Initializer("w", Floats(2, 2)).Node("MatMul", ["x", "w"], ["a"], name: "m").Node("Relu", ["a"], ["y"], name: "r").Output("y");
        var entry = new StringStringEntryProto { Key = "k", Value = "v" };
        model.Graph.Node[0].DocString = "of the node";
        model.Graph.Node[1].MetadataProps.Add(entry);
        model.Graph.Input[0].DocString = "of the input";
        model.Graph.Output[0].MetadataProps.Add(entry);
        model.Graph.Initializer[0].DocString = "of the weight";
        model.Graph.ValueInfo.Add(new ValueInfoProto { Name = "a", DocString = "of the value" });
        model.Graph.QuantizationAnnotation.Add(new TensorAnnotation { TensorName = "a", QuantParameterTensorNames = { entry } });
        model.Graph.MetadataProps.Add(entry);

        var again = ModelProto.Parser.ParseFrom(OnnxModel.Serialize(model.Import())).Graph;

        again.Node[0].DocString.Should().Be("of the node");
        again.Node[1].MetadataProps.Should().Equal(entry);
        again.Input[0].DocString.Should().Be("of the input");
        again.Output[0].MetadataProps.Should().Equal(entry);
        again.Initializer[0].DocString.Should().Be("of the weight");
        again.ValueInfo.Single().DocString.Should().Be("of the value");
        again.QuantizationAnnotation.Should().Equal(model.Graph.QuantizationAnnotation);
        again.MetadataProps.Should().Equal(entry);
    }

    [Fact]
    public void Functions_are_put_in_the_place_of_their_calls()
    {
        // y = leak(relu(x)), twice; the function's own operator set is an older one, in which Squeeze had its axes in an attribute.
        var model = new TestModel(17).Input("x", 1, 3).Node("Twist", ["x"], ["a"], new() { ["slope"] = 0.5f }, "call1", "my").Node("Twist", ["a"], ["y"], null, "call2", "my").Output("y");
        var function = new FunctionProto { Name = "Twist", Domain = "my", Input = { "in" }, Output = { "out" } };
        function.AttributeProto.Add(new AttributeProto { Name = "slope", F = 2, Type = AttributeProto.Types.AttributeType.Float });
        function.Node.Add(TestModel.NodeOf("Unsqueeze", ["in"], ["t"], new() { ["axes"] = new long[] { 0 } }, "u"));
        var constant = TestModel.NodeOf("Constant", [], ["c"], null, "k");
        constant.Attribute.Add(new AttributeProto { Name = "value_float", RefAttrName = "slope", Type = AttributeProto.Types.AttributeType.Float });
        function.Node.Add(constant);
        function.Node.Add(TestModel.NodeOf("Reshape", ["t", "s"], ["r"]));
        function.Node.Add(TestModel.NodeOf("Constant", [], ["s"], new() { ["value"] = Tensor.From<long>([1, 3], [2]) }));
        function.Node.Add(TestModel.NodeOf("Mul", ["r", "c"], ["out"]));
        function.OpsetImport.Add(new OperatorSetIdProto { Version = 12 });
        model.Message.Functions.Add(function);
        model.Message.OpsetImport.Add(new OperatorSetIdProto { Domain = "my", Version = 1 });

        var graph = model.Import();
        using var runner = new Interpreter(graph);

        runner.Run(Tensor.From([1f, 2f, 3f], [1, 3]))[0].AsSpan<float>().ToArray().Should().Equal(1, 2, 3);
        graph.Nodes.Select(n => n.Name).Should().Contain(["call1/u", "call2/u"]);
    }

    [Fact]
    public void Functions_that_call_each_other_in_a_circle_are_refused()
    {
        var model = new TestModel(17).Input("x", 3).Node("F", ["x"], ["y"], domain: "my").Output("y");
        var function = new FunctionProto { Name = "F", Domain = "my", Input = { "in" }, Output = { "out" } };
        function.Node.Add(TestModel.NodeOf("F", ["in"], ["t"], domain: "my"));
        function.Node.Add(TestModel.NodeOf("F", ["t"], ["out"], domain: "my"));
        model.Message.Functions.Add(function);

        model.Invoking(m => m.Import()).Should().Throw<ModelFormatException>().WithMessage("*circle*");
    }

    private static Tensor Floats(params int[] shape) => TestGraphs.Random(new CounterRandom(1, "w"), new Shape(shape));
}
