using System.Runtime.CompilerServices;
using Framework.Errors;
using Framework.Tensors;
using Interop.OnnxRuntime;

namespace Interop.Tests.OnnxRuntime;

public sealed unsafe class OrtSessionTests : IDisposable
{
    private static readonly float[] SumOfTwoRows = [11, -18, 33, 14, -15, 36];
    private static readonly float[] ReluOfTwoRows = [11, 0, 33, 14, 0, 36];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cnn-ort-");

    public static TheoryData<ElementType> ElementTypesOfTensors => [.. Enum.GetValues<ElementType>().Where(t => t != ElementType.Undefined)];

    // s = x + b and z = relu(s), with b = (10, -20, 30).
    private static TinyModel ReluOfSum => new TinyModel()
        .Input("x", ElementType.Float32, "batch", 3)
        .Initializer("b", 10, -20, 30)
        .Node("Add", ["x", "b"], ["s"])
        .Node("Relu", ["s"], ["z"])
        .Output("z", ElementType.Float32, "batch", 3)
        .Output("s", ElementType.Float32, "batch", 3);

    private static Dictionary<string, Tensor> TwoRows => new() { ["x"] = Tensor.From<float>([1, 2, 3, 4, 5, 6], [2, 3]) };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_model_in_memory_runs()
    {
        using var session = new OrtSession(ReluOfSum.ToBytes());

        var results = session.Run(TwoRows);

        results.Keys.Should().Equal("z", "s");
        results["z"].Shape.Should().Equal(2, 3);
        results["z"].ToArray<float>().Should().Equal(ReluOfTwoRows);
        results["s"].ToArray<float>().Should().Equal(SumOfTwoRows);
    }

    [Fact]
    public void A_model_in_a_file_runs_whatever_letters_its_path_has()
    {
        string file = Path.Combine(_folder.FullName, "naïve 模型.onnx");
        File.WriteAllBytes(file, ReluOfSum.ToBytes());

        using var session = new OrtSession(file);

        session.Run(TwoRows)["z"].ToArray<float>().Should().Equal(ReluOfTwoRows);
    }

    [Fact]
    public void Only_the_outputs_that_are_wanted_are_returned()
    {
        using var session = new OrtSession(ReluOfSum.ToBytes());

        session.Run(TwoRows, ["s"]).Should().ContainSingle().Which.Value.ToArray<float>().Should().Equal(SumOfTwoRows);
    }

    [Fact]
    public void Inputs_and_outputs_tell_name_type_and_extents()
    {
        using var session = new OrtSession(new TinyModel()
            .Input("größe", ElementType.Int64, "batch", 3, new object())
            .Input("mask", ElementType.Bool)
            .Node("Identity", ["größe"], ["y"])
            .Node("Identity", ["mask"], ["m"])
            .Output("m", ElementType.Bool)
            .Output("y", ElementType.Int64, "batch", 3, "")
            .ToBytes());

        session.Inputs.Select(i => i.ToString()).Should().Equal("größe: Int64[batch,3,?]", "mask: Bool[]");
        session.Outputs.Select(o => o.ToString()).Should().Equal("m: Bool[]", "y: Int64[batch,3,?]");
        session.Inputs[0].Dimensions.Should().Equal(new OrtDimension(null, "batch"), new OrtDimension(3, null), new OrtDimension(null, null));
    }

    [Theory]
    [MemberData(nameof(ElementTypesOfTensors))]
    public void Every_element_type_passes_in_and_out(ElementType type)
    {
        using var session = new OrtSession(new TinyModel()
            .Input("x", type, "n")
            .Node("Identity", ["x"], ["y"])
            .Output("y", type, "n")
            .ToBytes());
        var x = Tensor.From<float>([0, 1, 1, 0, 1], [5]).To(type);

        var y = session.Run(new Dictionary<string, Tensor> { ["x"] = x })["y"];

        session.Inputs[0].ElementType.Should().Be(type);
        y.ElementType.Should().Be(type);
        y.AsBytes().ToArray().Should().Equal(x.AsBytes().ToArray());
    }

    [Fact]
    public void Tensors_without_elements_pass()
    {
        using var session = new OrtSession(ReluOfSum.ToBytes());

        var z = session.Run(new Dictionary<string, Tensor> { ["x"] = new(ElementType.Float32, [0, 3]) })["z"];

        z.Shape.Should().Equal(0, 3);
        z.AsSpan<float>().Length.Should().Be(0);
    }

    [Fact]
    public void A_view_into_a_larger_storage_is_read_from_its_own_first_element()
    {
        using var session = new OrtSession(ReluOfSum.ToBytes());
        var rows = Tensor.From<float>([9, 9, 9, 1, 2, 3, 4, 5, 6], [3, 3]);

        session.Run(new Dictionary<string, Tensor> { ["x"] = rows.Slice(1, 2) })["s"].ToArray<float>().Should().Equal(SumOfTwoRows);
    }

    [Fact]
    public void Outputs_are_written_where_the_caller_says()
    {
        using var session = new OrtSession(ReluOfSum.ToBytes());
        var z = new Tensor(ElementType.Float32, [2, 3]);

        session.RunInto(TwoRows, new Dictionary<string, Tensor> { ["z"] = z });

        z.ToArray<float>().Should().Equal(ReluOfTwoRows);
    }

    [Fact]
    public void Results_are_seen_where_the_engine_wrote_them_and_inputs_where_the_caller_did()
    {
        // The engine hands a graph's input on as its output without touching it, so both ends show their address.
        using var session = new OrtSession(
            new TinyModel().Input("x", ElementType.Float32, "n").Output("x", ElementType.Float32, "n").ToBytes());
        var x = Tensor.From<float>([1, 2, 3], [3]);

        var y = session.Run(new Dictionary<string, Tensor> { ["x"] = x })["x"];

        ((nint)y.Pointer).Should().Be((nint)x.Pointer);
    }

    [Fact]
    public void Outputs_outlive_the_session_and_the_collector()
    {
        var results = RunAndForget();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            RunAndForget();
        }

        results["z"].ToArray<float>().Should().Equal(ReluOfTwoRows);
        results["s"].ToArray<float>().Should().Equal(SumOfTwoRows);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static IReadOnlyDictionary<string, Tensor> RunAndForget()
        {
            using var session = new OrtSession(ReluOfSum.ToBytes());
            return session.Run(TwoRows);
        }
    }

    [Fact]
    public void An_output_that_is_an_initializer_outlives_the_session()
    {
        Tensor b;
        using (var session = new OrtSession(new TinyModel().Initializer("b", 1, 2, 3).Output("b", ElementType.Float32, 3).ToBytes()))
            b = session.Run(new Dictionary<string, Tensor>())["b"];

        GC.Collect();
        GC.WaitForPendingFinalizers();
        b.ToArray<float>().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void An_output_that_is_an_input_keeps_the_inputs_memory_alive()
    {
        using var session = new OrtSession(
            new TinyModel().Input("x", ElementType.Float32, "n").Output("x", ElementType.Float32, "n").ToBytes());
        var y = session.Run(new Dictionary<string, Tensor> { ["x"] = Tensor.From<float>([1, 2, 3], [3]) })["x"];

        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (int i = 0; i < 100; i++) _ = new Tensor(ElementType.Float32, [3]);

        y.ToArray<float>().Should().Equal(1, 2, 3);
    }

    [Theory]
    [InlineData(1, OrtOptimization.None)]
    [InlineData(2, OrtOptimization.Basic)]
    [InlineData(0, OrtOptimization.Extended)]
    [InlineData(2, OrtOptimization.All)]
    public void Options_do_not_change_the_result(int threads, OrtOptimization optimization)
    {
        var options = new OrtSessionOptions { Threads = threads, Optimization = optimization, Deterministic = true };
        using var session = new OrtSession(ReluOfSum.ToBytes(), options);

        session.Run(TwoRows)["z"].ToArray<float>().Should().Equal(ReluOfTwoRows);
    }

    [Fact]
    public void A_setting_reaches_the_engine()
    {
        // One of the few settings whose value the engine checks.
        var options = new OrtSessionOptions
        {
            Threads = 2,
            Configuration = new Dictionary<string, string> { ["session.intra_op_thread_affinities"] = "maybe" },
        };

        var act = () => new OrtSession(ReluOfSum.ToBytes(), options);

        act.Should().Throw<EngineException>().WithMessage("*maybe*");
    }

    [Fact]
    public void A_session_runs_from_several_threads()
    {
        using var session = new OrtSession(ReluOfSum.ToBytes(), new OrtSessionOptions { Threads = 1 });

        Parallel.For(0, 200, i =>
        {
            var x = Tensor.From<float>([i, i, i], [1, 3]);
            session.Run(new Dictionary<string, Tensor> { ["x"] = x })["s"].ToArray<float>().Should().Equal(i + 10, i - 20, i + 30);
        });
    }

    [Fact]
    public void Garbage_is_refused_with_the_engines_words_in_one_line()
    {
        var act = () => new OrtSession("this is no model"u8);

        act.Should().Throw<EngineException>().WithMessage("model in memory: ONNX Runtime says InvalidProtobuf: *")
            .Which.Message.Should().NotContain("\n");
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var act = () => new OrtSession(Path.Combine(_folder.FullName, "none.onnx"));

        act.Should().Throw<EngineException>().WithMessage("*none.onnx': ONNX Runtime says NoSuchFile: *");
    }

    [Fact]
    public void An_unknown_operator_is_named()
    {
        byte[] model = new TinyModel()
            .Input("x", ElementType.Float32, 1)
            .Node("Frobnicate", ["x"], ["y"])
            .Output("y", ElementType.Float32, 1)
            .ToBytes();

        var act = () => new OrtSession(model);

        act.Should().Throw<EngineException>().WithMessage("*Frobnicate*");
    }

    [Fact]
    public void An_input_of_the_wrong_shape_or_type_is_refused()
    {
        using var session = new OrtSession(ReluOfSum.ToBytes());

        var wrongShape = () => session.Run(new Dictionary<string, Tensor> { ["x"] = new(ElementType.Float32, [2, 4]) });
        var wrongType = () => session.Run(new Dictionary<string, Tensor> { ["x"] = new(ElementType.Float64, [2, 3]) });
        var missing = () => session.Run(new Dictionary<string, Tensor>());

        wrongShape.Should().Throw<EngineException>().WithMessage("*says InvalidArgument: *x*");
        wrongType.Should().Throw<EngineException>().WithMessage("*says InvalidArgument: *double*");
        missing.Should().Throw<EngineException>().WithMessage("model in memory, input 'x': no tensor was given.");
    }

    [Fact]
    public void Names_that_the_model_lacks_are_refused_with_those_that_it_has()
    {
        using var session = new OrtSession(ReluOfSum.ToBytes());

        var input = () => session.Run(new Dictionary<string, Tensor> { ["image"] = new(ElementType.Float32, [2, 3]) });
        var output = () => session.Run(TwoRows, ["logits"]);

        input.Should().Throw<EngineException>().WithMessage("model in memory, input 'image': the model has none of that name. It has x.");
        output.Should().Throw<EngineException>().WithMessage("model in memory, output 'logits': the model has none of that name. It has z, s.");
    }

    [Fact]
    public void A_target_of_the_wrong_shape_is_refused()
    {
        using var session = new OrtSession(ReluOfSum.ToBytes());

        var act = () => session.RunInto(TwoRows, new Dictionary<string, Tensor> { ["z"] = new(ElementType.Float32, [3, 2]) });

        act.Should().Throw<EngineException>();
    }

    [Fact]
    public void A_disposed_session_does_not_run()
    {
        var session = new OrtSession(ReluOfSum.ToBytes());
        session.Dispose();

        var act = () => session.Run(TwoRows);

        act.Should().Throw<ObjectDisposedException>();
    }
}
