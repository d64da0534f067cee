using System.Runtime.CompilerServices;
using Framework.Errors;
using Framework.Tensors;
using Interop.LibTorch;

namespace Interop.Tests.LibTorch;

public sealed unsafe class TorchProgramTests
{
    // (1 + tanh(sqrt(2 / pi) (1 + 0.044715))) / 2; the exact form, by the error function, gives 0.84134.
    private const float GeluByTanhOfOne = 0.8411919906f;

    private static readonly float[] OneToNine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    public static TheoryData<ElementType> ElementTypesOfTorch =>
    [
        ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16, ElementType.Bool,
        ElementType.UInt8, ElementType.Int8, ElementType.Int16, ElementType.Int32, ElementType.Int64,
    ];

    // A 3 x 3 image and a 2 x 2 kernel (1 2 / 3 4) with bias 10; the cotangent is (1 10 / 100 1000).
    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float64)]
    public void Convolution_and_its_gradients_are_what_a_hand_computes(ElementType type)
    {
        using var program = new TorchProgram();
        var x = program.Bind(Of(OneToNine, [1, 1, 3, 3], type), requiresGradient: true);
        var w = program.Bind(Of([1, 2, 3, 4], [1, 1, 2, 2], type), requiresGradient: true);
        var b = program.Bind(Of([10], [1], type), requiresGradient: true);
        var cotangent = program.Bind(Of([1, 10, 100, 1000], [1, 1, 2, 2], type));
        var y = program.Call("conv2d", x, w, b);
        var gradients = program.Gradients([y], [cotangent], [x, w, b]);
        program.Keep([y, .. gradients]);

        program.Run();

        program.Result(y).ElementType.Should().Be(type);
        program.Result(y).Shape.Should().Equal(1, 1, 2, 2);
        program.Result(y).ToArray<float>().Should().Equal(47, 57, 77, 87);
        program.Result(gradients[0]).ToArray<float>().Should().Equal(1, 12, 20, 103, 1234, 2040, 300, 3400, 4000);
        program.Result(gradients[1]).ToArray<float>().Should().Equal(5421, 6532, 8754, 9865);
        program.Result(gradients[2]).ToArray<float>().Should().Equal(1111);
    }

    [Theory]
    [MemberData(nameof(ElementTypesOfTorch))]
    public void Every_element_type_that_libtorch_has_passes_in_and_out(ElementType type)
    {
        using var program = new TorchProgram();
        var tensor = Of([0, 1, 1, 0], [2, 2], type);
        var y = program.Call("clone", program.Bind(tensor));
        program.Keep(y);

        program.Run();

        program.Result(y).ElementType.Should().Be(type);
        program.Result(y).AsBytes().ToArray().Should().Equal(tensor.AsBytes().ToArray());
    }

    [Fact]
    public void An_element_type_that_libtorch_lacks_is_refused()
    {
        using var program = new TorchProgram();

        var act = () => program.Bind(new Tensor(ElementType.UInt32, [1]));

        act.Should().Throw<EngineException>().WithMessage("libtorch: *element type 12");
    }

    [Fact]
    public void Results_that_only_pass_on_an_input_lie_in_its_memory_and_keep_it_alive()
    {
        var y = RunAndForget(out nint address);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (int i = 0; i < 100; i++) _ = new Tensor(ElementType.Float32, [3]);

        ((nint)y.Pointer).Should().Be(address);
        y.ToArray<float>().Should().Equal(1, 2, 3);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Tensor RunAndForget(out nint address)
        {
            using var program = new TorchProgram();
            var x = Tensor.From<float>([1, 2, 3], [3]);
            address = (nint)x.Pointer;
            var y = program.Call("reshape", program.Bind(x), new long[] { 3, 1 });
            program.Keep(y);
            program.Run();
            return program.Result(y);
        }
    }

    [Fact]
    public void Results_outlive_the_program()
    {
        Tensor y;
        using (var program = new TorchProgram())
        {
            var slot = program.Call("mul.Scalar", program.Bind(Tensor.From<double>([1, 2], [2])), 3);
            program.Keep(slot);
            program.Run();
            y = program.Result(slot);
        }

        y.ToArray<double>().Should().Equal(3, 6);
    }

    [Fact]
    public void Results_come_in_row_major_order()
    {
        using var program = new TorchProgram();
        var y = program.Call("t", program.Bind(Tensor.From<float>([1, 2, 3, 4, 5, 6], [2, 3])));
        program.Keep(y);

        program.Run();

        program.Result(y).Shape.Should().Equal(3, 2);
        program.Result(y).ToArray<float>().Should().Equal(1, 4, 2, 5, 3, 6);
    }

    [Fact]
    public void A_program_reads_its_inputs_anew_at_every_run()
    {
        using var program = new TorchProgram();
        var data = Tensor.From<float>([1, 2], [2]);
        var x = program.Bind(data);
        var y = program.Call("neg", x);
        program.Keep(y);
        program.Run();
        var first = program.Result(y);

        data.AsSpan<float>()[0] = 5;
        program.Run();
        var second = program.Result(y);
        program.Bind(x, Tensor.From<float>([7, 8, 9], [3]));
        program.Run();

        first.ToArray<float>().Should().Equal(-1, -2);
        second.ToArray<float>().Should().Equal(-5, -2);
        program.Result(y).ToArray<float>().Should().Equal(-7, -8, -9);
    }

    [Fact]
    public void Several_results_lists_of_tensors_and_absent_tensors_pass()
    {
        using var program = new TorchProgram();
        var x = program.Bind(Tensor.From<float>([3, 1, 2, 6, 5, 4], [2, 3]));
        var rows = program.Bind(Tensor.From<long>([1, 0], [2]));
        var best = program.CallMany("topk", 2, x, 1, 1);
        var halves = program.CallMany("split.Tensor", 2, x, 1, 0);
        var joined = program.Call("cat", new TorchSlot[] { halves[1], halves[0] }, 0);
        var picked = program.Call("index.Tensor", x, new TorchSlot?[] { null, rows });
        program.Keep([best[0], best[1], joined, picked]);

        program.Run();

        program.Result(best[0]).ToArray<float>().Should().Equal(3, 6);
        program.Result(best[1]).AsSpan<long>().ToArray().Should().Equal(0, 0);
        program.Result(joined).ToArray<float>().Should().Equal(6, 5, 4, 3, 1, 2);
        program.Result(picked).ToArray<float>().Should().Equal(1, 3, 5, 6);
    }

    [Fact]
    public void Arguments_of_every_kind_arrive()
    {
        using var program = new TorchProgram();
        var x = program.Bind(Tensor.From<float>([-1, 1], [2]));
        var byDefault = program.Call("leaky_relu", x);
        var real = program.Call("leaky_relu", x, 0.5);
        var text = program.Call("gelu", x, "tanh");
        var truth = program.Call("std", x, false);
        var line = program.Call("reshape", x, new long[] { 1, 1, 2 });
        var reals = program.Call("upsample_nearest1d.vec", line, TorchArgument.None, new double[] { 2 });
        var zeros = program.CallMany(
            "convolution_backward", 3, program.Bind(Of([1], [1, 1, 1], ElementType.Float32)), program.Bind(Of([2], [1, 1, 1], ElementType.Float32)),
            program.Bind(Of([3], [1, 1, 1], ElementType.Float32)), new long[] { 1 }, new long[] { 1 }, new long[] { 0 }, new long[] { 1 }, false,
            new long[] { 0 }, 1, new bool[] { true, true, true });
        program.Keep([byDefault, real, text, truth, reals, .. zeros]);

        program.Run();

        program.Result(byDefault).ToArray<float>().Should().Equal(-0.01f, 1);
        program.Result(real).ToArray<float>().Should().Equal(-0.5f, 1);
        program.Result(text).AsSpan<float>()[1].Should().BeApproximately(GeluByTanhOfOne, (float)Agreement.Bound(ElementType.Float32, reduction: 0, magnitude: 1));
        program.Result(truth).ToArray<float>().Should().Equal(1);
        program.Result(reals).ToArray<float>().Should().Equal(-1, -1, 1, 1);
        zeros.Select(z => program.Result(z).ToArray<float>()[0]).Should().Equal(3, 2, 1);
    }

    [Fact]
    public void An_optimizer_changes_parameters_in_place()
    {
        using var program = new TorchProgram();
        var weight = Tensor.From<double>([2], [1]);
        var w = program.Bind(weight, requiresGradient: true);
        var loss = program.Call("mul.Tensor", w, w);
        var gradient = program.Gradients([loss], [null], [w])[0];
        program.Differentiable = false;
        program.Call("add_.Tensor", w, gradient, -0.25);

        program.Run();
        weight.ToArray<double>().Should().Equal(1);
        program.Run();
        weight.ToArray<double>().Should().Equal(0.5);
    }

    [Fact]
    public void A_gradient_of_what_does_not_matter_is_zero()
    {
        using var program = new TorchProgram();
        var x = program.Bind(Tensor.From<float>([1, 2], [2]), requiresGradient: true);
        var idle = program.Bind(Tensor.From<float>([1, 2, 3], [3]), requiresGradient: true);
        var gradients = program.Gradients([program.Call("exp", x)], [null], [x, idle]);
        program.Keep(gradients[1]);

        program.Run();

        program.Result(gradients[1]).ToArray<float>().Should().Equal(0, 0, 0);
    }

    [Fact]
    public void Gradients_with_respect_to_what_was_computed_on_the_way_are_there()
    {
        using var program = new TorchProgram();
        var x = program.Bind(Tensor.From<double>([3], [1]), requiresGradient: true);
        var square = program.Call("mul.Tensor", x, x);
        var y = program.Call("mul.Tensor", square, square);
        var gradients = program.Gradients([y], [null], [square, x]);
        program.Keep(gradients);

        program.Run();

        program.Result(gradients[0]).ToArray<double>().Should().Equal(18);
        program.Result(gradients[1]).ToArray<double>().Should().Equal(108);
    }

    [Fact]
    public void Inference_prepares_no_gradients()
    {
        using var program = new TorchProgram();
        var x = program.Bind(Tensor.From<float>([1, 2], [2]), requiresGradient: true);
        var y = program.Call("exp", x);
        program.Keep(y);

        program.Run(inference: true);
        program.Result(y).ToArray<float>().Should().Equal(MathF.E, MathF.Exp(2));

        program.Gradients([y], [null], [x]);
        var act = () => program.Run(inference: true);
        act.Should().Throw<EngineException>().WithMessage("*a run for inference has no gradients");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_number_of_threads_will_do(int threads)
    {
        using var program = new TorchProgram { Threads = threads };
        var ones = new Tensor(ElementType.Float32, [128, 128]);
        ones.AsSpan<float>().Fill(1);
        var y = program.Call("matmul", program.Bind(ones), program.Bind(ones));
        program.Keep(y);

        program.Run();

        program.Result(y).ToArray<float>().Should().OnlyContain(v => v == 128);
    }

    [Fact]
    public void What_does_not_fit_an_operators_schema_is_refused_when_it_is_recorded()
    {
        using var program = new TorchProgram();
        var x = program.Bind(new Tensor(ElementType.Float32, [1]));

        var unknown = () => program.Call("frobnicate", x);
        var tooMany = () => program.Call("neg", x, 1);
        var missing = () => program.Call("add.Tensor", x);
        TorchArgument[] misfits = [2.5, 2, true, "two", TorchArgument.None, x, new double[] { 2.5 }, new bool[] { true }, new TorchSlot[] { x }];

        unknown.Should().Throw<EngineException>().WithMessage("libtorch, frobnicate: *aten::frobnicate*");
        tooMany.Should().Throw<EngineException>().WithMessage("libtorch, neg: *too many arguments*");
        missing.Should().Throw<EngineException>().WithMessage("libtorch, add.Tensor: *'other' has no default*");
        foreach (var misfit in misfits)
        {
            var act = () => program.Call("reshape", x, misfit);
            act.Should().Throw<EngineException>().WithMessage("*'shape' is not a int[]*");
        }
    }

    [Fact]
    public void An_error_at_run_time_names_what_was_running_in_one_line()
    {
        using var program = new TorchProgram();
        var x = program.Bind(new Tensor(ElementType.Float32, [2, 3]));
        program.Label("layer1.conv (Conv)");
        program.Call("matmul", x, x);
        program.Label("another");
        program.Call("neg", x);

        var act = () => program.Run();

        act.Should().Throw<EngineException>().WithMessage("libtorch: libtorch says: layer1.conv (Conv): *").Which.Message.Should().NotContain("\n");
    }

    [Fact]
    public void Slots_that_are_not_kept_are_dropped()
    {
        using var program = new TorchProgram();
        var y = program.Call("neg", program.Bind(new Tensor(ElementType.Float32, [1])));

        program.Run();

        var act = () => program.Result(y);
        act.Should().Throw<EngineException>().WithMessage("*slot 1 holds no tensor*");
    }

    private static Tensor Of(float[] values, Shape shape, ElementType type) => Tensor.From(values, shape).To(type);
}
