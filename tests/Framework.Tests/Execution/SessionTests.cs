using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Machine;
using Framework.Kernels.Simd;
using Framework.Models;
using Framework.Operators;
using Framework.Tensors;
using Framework.Tests.Kernels;
using Framework.Tests.Models;
using Framework.Training;

namespace Framework.Tests.Execution;

public class SessionTests
{
    private const ElementType F = ElementType.Float32;

    [Fact]
    public void A_plan_serves_every_batch_size()
    {
        using var session = new Session(Network());
        using var interpreter = new Interpreter(Network());
        foreach (int batch in (int[])[1, 3, 64, 1])
        {
            var images = Images(batch);
            Close(session.Run(images)[0], interpreter.Run(images)[0]);
        }
    }

    [Fact]
    public void Every_instruction_set_gives_the_same_within_rounding()
    {
        var images = Images(3);
        using var interpreter = new Interpreter(Network());
        var expected = interpreter.Run(images)[0];
        foreach (var set in InstructionSet.Supported)
        {
            using var session = new Session(Network(), new SessionOptions { InstructionSet = set });
            Close(session.Run(images)[0], expected);
        }
    }

    [Fact]
    public void Results_are_bitwise_the_same_at_any_number_of_threads()
    {
        var images = Images(5);
        float[] first = [];
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var session = new Session(Network(), new SessionOptions { Threads = threads });
            float[] scores = session.Run(images)[0].ToArray<float>();
            if (first.Length == 0) first = scores;
            scores.Should().Equal(first);
        }
    }

    [Theory]
    [InlineData("lenet5", 16)]
    [InlineData("vgg11", 3)]
    [InlineData("alexnet-tv", 3)]
    [InlineData("googlenet-tv", 3)]
    [InlineData("resnet18", 3)]
    [InlineData("densenet121", 3)]
    public void A_whole_training_step_is_bitwise_the_same_at_any_number_of_threads(string name, int images)
    {
        var network = ReducedNetwork.Of(name, images);
        var training = TrainingGraph.Create(network.TraceAll(), Loss.CrossEntropy);
        var data = network.Module.Parameters().ToDictionary(p => p.Name, p => p.Data);
        Tensor[] inputs = [.. training.Graph.Inputs.Select(Input)];
        var runs = new List<int[][]>();
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var session = new Session(training.Graph, new SessionOptions { Threads = threads });
            runs.Add([.. session.Run(inputs).Select(o => KernelSets.Bits(o.ToArray<float>()))]);
        }

        for (int i = 0; i < runs[0].Length; i++)
        {
            string output = training.Graph.Outputs[i].Name;
            runs[1][i].Should().Equal(runs[0][i], output);
            runs[2][i].Should().Equal(runs[0][i], output);
        }

        Tensor Input(Value input) =>
            input.Name == TrainingGraph.TargetName ? network.Labels()
            : data.TryGetValue(input.Name, out var known) ? known
            : input.ElementType == ElementType.Int64 ? new Tensor(ElementType.Int64, input.Shape!.ToShape(input.Name))
            : network.Batch();
    }

    [Fact]
    public void A_session_keeps_one_plan_at_least()
    {
        var none = () => new SessionOptions { KeptPlans = 0 };
        none.Should().Throw<ArgumentOutOfRangeException>();
        using var session = new Session(Network(), new SessionOptions { KeptPlans = 1 });
        var first = session.Run(Images(2))[0].ToArray<float>();
        session.Run(Images(3));
        session.Run(Images(2))[0].ToArray<float>().Should().Equal(first);
    }

    [Fact]
    public void A_steady_run_allocates_nothing()
    {
        using var session = new Session(Network(), new SessionOptions { Threads = 1 });
        Tensor[] inputs = [Images(2)], outputs = [new Tensor(F, [2, 10])];
        for (int i = 0; i < 3; i++) session.Run(inputs, outputs);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) session.Run(inputs, outputs);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Theory]
    [InlineData("lenet5")]
    [InlineData("resnet20-cifar")]
    [InlineData("googlenet-tv")]
    [InlineData("densenet121")]
    [InlineData("textcnn")]
    public void A_steady_training_step_allocates_nothing(string name)
    {
        var network = ReducedNetwork.Of(name, batch: 2);
        var training = TrainingGraph.Create(network.TraceAll(), Loss.CrossEntropy);
        Tensor[] inputs = [.. training.Graph.Inputs.Select(v => new Tensor(v.ElementType, new Shape([.. v.Shape!.Select(d => d.IsKnown ? (int)d.Value : 2)])))];
        using var session = new Session(training.Graph, new SessionOptions { Threads = 1 });
        Tensor[] outputs = [.. session.Run(inputs)];
        session.Run(inputs, outputs);

        long before = GC.GetAllocatedBytesForCurrentThread();
        session.Run(inputs, outputs);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void An_input_of_the_wrong_shape_or_type_is_named()
    {
        using var session = new Session(Network());

        var shape = () => session.Run(new Tensor(F, [1, 1, 28, 27]));
        var type = () => session.Run(new Tensor(ElementType.Int64, [1, 1, 28, 28]));
        var doubles = () => session.Run(new Tensor(ElementType.Float64, [1, 1, 28, 28]));
        var count = () => session.Run();

        shape.Should().Throw<ShapeException>().WithMessage("input 'input': takes the shape [N,1,28,28], [1,1,28,27] was given.");
        type.Should().Throw<ShapeException>().WithMessage("*takes Float32, Int64 was given*");
        doubles.Should().Throw<ShapeException>().WithMessage("*takes Float32, Float64 was given*");
        count.Should().Throw<ShapeException>().WithMessage("*takes 1 inputs (input), 0 were given*");
    }

    [Fact]
    public void A_symbol_stands_for_one_extent()
    {
        var builder = new GraphBuilder();
        var a = builder.Input("a", F, ["N", 2]);
        var b = builder.Input("b", F, ["N", 2]);
        using var session = new Session(builder.Build([a + b]));

        var act = () => session.Run(new Tensor(F, [3, 2]), new Tensor(F, [4, 2]));

        act.Should().Throw<ShapeException>().WithMessage("input 'b'*");
    }

    [Fact]
    public void Inputs_and_constants_that_are_outputs_are_copied_and_one_value_may_be_two_outputs()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [2]);
        var c = builder.Initializer("c", Tensor.From([7f, 8f], [2]), InitializerRole.Parameter);
        var y = x.Relu();
        using var session = new Session(builder.Build([x, c, y, y]));
        var given = Tensor.From([-1f, 2f], [2]);

        var outputs = session.Run(given);

        outputs.Select(o => o.ToArray<float>()).Should().BeEquivalentTo([[-1f, 2f], [7f, 8f], [0f, 2f], new[] { 0f, 2f }], o => o.WithStrictOrdering());
        outputs[0].Should().NotBeSameAs(given);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_output_over_its_input_waits_until_nobody_reads_the_input(bool readLater)
    {
        // y = x * 2 is written over x; with a later reader of x it must not be written early.
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [1000]);
        var y = builder.Rename(x * 2, "y");
        var z = builder.Rename(readLater ? y + x : y + y, "z");
        using var session = new Session(builder.Build([y, z]), new SessionOptions { InPlace = [("y", "x")] });
        var memory = Tensor.From(Enumerable.Range(0, 1000).Select(i => (float)i).ToArray(), [1000]);
        var sum = new Tensor(F, [1000]);

        session.Run([memory], [memory, sum]);

        memory.AsSpan<float>()[10].Should().Be(20);
        sum.AsSpan<float>()[10].Should().Be(readLater ? 30 : 40);
    }

    [Fact]
    public void Padding_lanes_stay_zero_through_steps_that_do_not_keep_zeros()
    {
        // Five channels in blocks of up to 16: sigmoid(0) is not 0, and the second convolution would see it.
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [1, 5, 6, 6]);
        var first = builder.Initializer("w1", Random([5, 5, 3, 3], 1), InitializerRole.Parameter);
        var second = builder.Initializer("w2", Random([4, 5, 3, 3], 2), InitializerRole.Parameter);
        var graph = builder.Build([x.Conv(first, null).Sigmoid().Conv(second, null)]);
        using var session = new Session(graph);
        using var interpreter = new Interpreter(graph);
        var image = Random([1, 5, 6, 6], 3);

        Close(session.Run(image)[0], interpreter.Run(image)[0]);
    }

    [Fact]
    public void Explain_names_the_kernel_of_every_step_and_what_has_none()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [2, 3, 4]);
        using var session = new Session(builder.Build([builder.Apply(Hardmax.Instance, [x]).Relu()]));

        var plan = session.PlanFor([new Tensor(F, [2, 3, 4])]);

        plan.Fallbacks.Select(s => s.Node.Operator.Name).Should().Equal("Hardmax");
        Explain.Write(plan).Should().Contain("Elementwise").And.Contain("plain, slow way: hardmax (Hardmax)");
    }

    [Fact]
    public void Explain_tells_the_time_of_steps_that_have_run()
    {
        using var session = new Session(Network());
        var plan = session.PlanFor([Images(1)]);

        Explain.Write(plan).Should().NotContain(" ms");
        session.Run(Images(1));

        plan.Steps.Should().OnlyContain(s => s.LeastTime > TimeSpan.Zero);
        Explain.Write(plan).Should().Contain("GFLOP/s").And.Contain("GB/s").And.Contain("least times add up to").And.Contain("Time by families").And.NotContain("of peak");
    }

    [Fact]
    public void Explain_tells_the_share_of_limits_that_are_given()
    {
        using var session = new Session(Network());
        session.Run(Images(1));
        var plan = session.PlanFor([Images(1)]);
        var product = plan.Steps.First(s => s.MultiplyAdds > 0);
        double flops = 2 * product.MultiplyAdds / product.LeastTime.TotalSeconds;

        string text = Explain.Write(plan, new MachineLimits(flops, 1e9, InstructionSet.Best));

        text.Split('\n').First(l => l.Contains(product.Node.Place, StringComparison.Ordinal)).Should().Contain("(100% of peak)");
        text.Should().Contain("% of reading)");
    }

    [Fact]
    public void A_graph_in_which_shapes_follow_from_data_runs_by_segments()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, ["N", 6]);
        var weight = builder.Initializer("w", Random([6, 3], 1), InitializerRole.Parameter);
        var rows = builder.Apply(NonZero.Instance, [x.ReduceSum([1], keepDimensions: false).Relu()]).Reshape(builder.Integers(-1));
        var chosen = x.Gather(rows, 0).MatMul(weight).Relu();
        var again = builder.Apply(NonZero.Instance, [chosen]);
        var graph = builder.Build([chosen, again, rows]);
        using var session = new Session(graph);
        using var oracle = new Interpreter(graph);

        foreach (int images in (int[])[5, 9, 5])
        {
            var given = Random([images, 6], images + 1);
            foreach (var (actual, expected) in session.Run(given).Zip(oracle.Run(given)))
            {
                actual.Shape.ToString().Should().Be(expected.Shape.ToString());
                actual.ToArray<double>().Zip(expected.ToArray<double>()).Should().OnlyContain(p => Math.Abs(p.First - p.Second) < Rounding.OfSingle(6, 10));
            }
        }

        session.PlainNodes.Select(n => n.Operator.Name).Should().Equal("NonZero", "NonZero");
    }

    [Fact]
    public void A_long_chain_of_shapes_that_depend_on_data_ends()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [2]);
        for (int i = 0; i < 500; i++) x = builder.Apply(NonZero.Instance, [x]).Cast(F);
        using var session = new Session(builder.Build(x));
        using var oracle = new Interpreter(session.Graph);

        var given = Tensor.From([1f, 2f], [2]);
        session.Run(given)[0].Shape.ToString().Should().Be(oracle.Run(given)[0].Shape.ToString());
    }

    [Fact]
    public void A_shape_that_depends_on_data_leaves_no_one_plan_and_that_is_said()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", F, [4]);
        using var session = new Session(builder.Build([builder.Apply(NonZero.Instance, [x])]));

        session.Run(Tensor.From([0f, 5f, 0f, 7f], [4]))[0].ToArray<long>().Should().Equal(1, 3);

        session.SegmentedBecause.Should().Contain("NonZero").And.Contain("depends on data");
        var act = () => session.PlanFor([new Tensor(F, [4])]);
        act.Should().Throw<UnsupportedModelException>();
    }

    private static Graph Network() => new LeNet5().Initialize(3).Trace();

    private static Tensor Images(int batch) => Random([batch, 1, 28, 28], batch);

    private static Tensor Random(Shape shape, long seed)
    {
        var tensor = new Tensor(F, shape);
        var random = new CounterRandom(seed);
        foreach (ref float x in tensor.AsSpan<float>()) x = (float)random.NextNormal();
        return tensor;
    }

    // Sums of at most 400 products in each of the five layers: each adds at most n u of the magnitudes, which are of the order of the largest result.
    private static void Close(Tensor actual, Tensor expected)
    {
        double bound = Rounding.OfSingle(5 * 400, magnitude: 1);
        float[] a = actual.ToArray<float>(), e = expected.ToArray<float>();
        double scale = e.Max(Math.Abs);
        for (int i = 0; i < e.Length; i++) ((double)a[i]).Should().BeApproximately(e[i], bound * scale);
    }
}
