using Framework.Adaptation;
using Framework.Data;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;

namespace Framework.Tests.Adaptation;

public class FineTuningTests
{
    private const int Before = 4;

    public static TheoryData<string> Heads => ["gemm", "gemm untransposed", "product and sum", "convolution", "convolution and sum"];

    [Theory]
    [MemberData(nameof(Heads))]
    public void A_new_head_tells_other_classes_apart_and_the_rest_stays(string head)
    {
        var network = Network(head);
        var tuning = FineTuning.Prepare(network, new FineTuningOptions { Classes = 10, Seed = 3 });

        tuning.Trainable.Outputs.Should().ContainSingle().Which.Shape!.ToString().Should().Be("[N,10]");
        Bytes(tuning.Trainable, "conv.weight").Should().Equal(Bytes(network, "conv.weight"));
        Bytes(tuning.Trainable, "head.weight").Should().Equal(Bytes(FineTuning.Prepare(network, new FineTuningOptions { Classes = 10, Seed = 3 }).Trainable, "head.weight"));
        Bytes(tuning.Trainable, "head.weight").Should().NotEqual(Bytes(FineTuning.Prepare(network, new FineTuningOptions { Classes = 10, Seed = 4 }).Trainable, "head.weight"));
        Data(tuning.Trainable, "head.bias").ToArray<double>().Should().OnlyContain(b => b == 0);
        tuning.Trainable.Parameters.Select(p => p.Name).Should().BeEquivalentTo(network.Parameters.Select(p => p.Name));
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void Training_changes_what_is_not_frozen_and_the_softmax_comes_back(string head)
    {
        var network = Network(head);
        var tuning = FineTuning.Prepare(network, new FineTuningOptions { Classes = 10, Frozen = ["conv.*", "bn.*"], Thawed = ["bn.weight"] });
        tuning.Trainable.Parameters.Select(p => p.Name).Should().BeEquivalentTo(["bn.weight", "head.weight", "head.bias"]);
        using var trainer = new Trainer(tuning.Trainable, new TrainerOptions { Epochs = 1, BatchSize = 20 });
        trainer.Fit(Subset.Range(Digits.Train, 0, 60));

        var finished = tuning.Finish(trainer.Network);

        foreach (string name in (string[])["conv.weight", "bn.bias", "bn.mean", "bn.variance"]) Bytes(finished, name).Should().Equal(Bytes(network, name), name);
        foreach (string name in (string[])["bn.weight", "head.weight", "head.bias"]) Bytes(finished, name).Should().NotEqual(Bytes(tuning.Trainable, name), name);
        using var run = new Interpreter(finished);
        var rows = run.Run(new Tensor(ElementType.Float32, [3, 1, 28, 28]))[0].ToArray<double>().Chunk(10).ToArray();
        rows.Should().HaveCount(3).And.OnlyContain(row => Math.Abs(row.Sum() - 1) < Rounding.OfSingle(10, 1));
    }

    [Fact]
    public void Statistics_that_are_not_frozen_follow_the_data()
    {
        var tuning = FineTuning.Prepare(Network("gemm"), new FineTuningOptions { Classes = 10 });
        using var trainer = new Trainer(tuning.Trainable, new TrainerOptions { Epochs = 1, BatchSize = 20 });
        trainer.Fit(Subset.Range(Digits.Train, 0, 20));

        Bytes(tuning.Finish(trainer.Network), "bn.mean").Should().NotEqual(Bytes(tuning.Trainable, "bn.mean"));
    }

    [Fact]
    public void A_head_is_found_by_its_node_and_by_its_weights()
    {
        var network = Network("gemm");
        ClassifierHead.Find(network).Node.Name.Should().Be("head");
        ClassifierHead.Find(network, "head.weight").Classes.Should().Be(Before);
        ClassifierHead.Find(network, "head").Bias!.Name.Should().Be("head.bias");
        FluentActions.Invoking(() => ClassifierHead.Find(network, "absent")).Should().Throw<UsageException>().WithMessage("*absent*head.weight*");
    }

    [Fact]
    public void A_pattern_that_fits_nothing_is_a_mistake()
    {
        var prepare = () => FineTuning.Prepare(Network("gemm"), new FineTuningOptions { Frozen = ["layer1.*"] });
        prepare.Should().Throw<UsageException>().WithMessage("*layer1.*conv.weight*");
    }

    [Fact]
    public void Two_paths_to_the_output_are_no_head()
    {
        var b = new GraphBuilder();
        var x = b.Input("x", ElementType.Float32, ["N", 3]);
        var two = x.MatMul(Weight(b, "a", 3, 2)) + x.MatMul(Weight(b, "b", 3, 2));
        var prepare = () => FineTuning.Prepare(b.Build(two), new FineTuningOptions { Classes = 5 });
        prepare.Should().Throw<UsageException>().WithMessage("*no one path*Name it*");
    }

    [Fact]
    public void Weights_that_are_computed_from_constants_become_parameters()
    {
        var b = new GraphBuilder();
        var x = b.Input("x", ElementType.Float32, ["N", 3]);
        var weight = b.Apply(ConstantOfShape.Instance, [b.Integers(2, 3)], new Attributes { ["value"] = Tensor.From([0.5f], [1]) }, "w").Transpose([1, 0]);
        var network = b.Build(x.MatMul(weight));
        network.Parameters.Should().BeEmpty();

        var stored = new StoreWeights().Apply(network);

        stored.Parameters.Should().ContainSingle().Which.Data.ToArray<double>().Should().Equal(0.5, 0.5, 0.5, 0.5, 0.5, 0.5);
        stored.Nodes.Should().ContainSingle();
    }

    [Fact]
    public void A_fixed_batch_is_opened_through_reshapes()
    {
        var b = new GraphBuilder();
        var x = b.Input("x", ElementType.Float32, [1, 2, 3]);
        var y = x.Reshape(b.Integers(1, 6)).MatMul(Weight(b, "w", 6, 4)).Reshape(b.Integers(1, -1, 2));
        var network = b.Build(y);

        var opened = OpenBatch.Of(network);

        opened.Outputs[0].Shape!.ToString().Should().Be("[N,2,2]");
        var samples = Tensor.From(Enumerable.Range(0, 18).Select(i => (float)i).ToArray(), [3, 2, 3]);
        using var many = new Interpreter(opened);
        using var one = new Interpreter(network);
        var together = many.Run(samples)[0].ToArray<double>();
        for (int i = 0; i < 3; i++)
            one.Run(Tensor.From(samples.AsSpan<float>().Slice(6 * i, 6).ToArray(), [1, 2, 3]))[0].ToArray<double>().Should().Equal(together[(4 * i)..(4 * (i + 1))]);
    }

    [Fact]
    public void A_batch_that_is_fixed_inside_is_told()
    {
        var b = new GraphBuilder();
        var x = b.Input("x", ElementType.Float32, [1, 4]);
        var network = b.Build(x.ReduceSum([0], keepDimensions: true));
        FluentActions.Invoking(() => OpenBatch.Of(network)).Should().Throw<ShapeException>().WithMessage("*the batch is fixed inside*");
    }

    private static Graph Network(string head)
    {
        var b = new GraphBuilder("net");
        var x = b.Input("input", ElementType.Float32, ["N", 1, 28, 28]);
        x = x.Conv(Weight(b, "conv.weight", 6, 1, 5, 5), null, name: "conv");
        x = x.BatchNormalization(Ones(b, "bn.weight", InitializerRole.Parameter), Ones(b, "bn.bias", InitializerRole.Parameter), Ones(b, "bn.mean", InitializerRole.State), Ones(b, "bn.variance", InitializerRole.State)).Relu();
        if (head.StartsWith("conv", StringComparison.Ordinal))
        {
            bool apart = head == "convolution and sum";
            x = x.Conv(Weight(b, "head.weight", Before, 6, 1, 1), apart ? null : Weight(b, "head.bias", Before), name: "head");
            if (apart) x += Weight(b, "head.bias", Before, 1, 1);
            return b.Build(x.GlobalAveragePool().Reshape(b.Integers(-1, Before)).Softmax(1));
        }

        x = x.GlobalAveragePool().Flatten();
        x = head switch
        {
            "gemm" => x.Gemm(Weight(b, "head.weight", Before, 6), Weight(b, "head.bias", Before), transB: true, name: "head"),
            "gemm untransposed" => x.Gemm(Weight(b, "head.weight", 6, Before), Weight(b, "head.bias", Before), name: "head"),
            _ => x.MatMul(Weight(b, "head.weight", 6, Before)) + Weight(b, "head.bias", Before),
        };
        return b.Build(x.Softmax(1));
    }

    private static Value Weight(GraphBuilder b, string name, params int[] shape)
    {
        var random = new CounterRandom(1, name);
        var tensor = new Tensor(ElementType.Float32, new Shape(shape));
        foreach (ref float w in tensor.AsSpan<float>()) w = (float)random.NextNormal();
        return b.Initializer(name, tensor, InitializerRole.Parameter);
    }

    private static Value Ones(GraphBuilder b, string name, InitializerRole role) => b.Initializer(name, Tensor.From(Enumerable.Repeat(1f, 6).ToArray(), [6]), role);

    private static Tensor Data(Graph graph, string name) => graph.Initializers.First(i => i.Name == name).Data;

    private static byte[] Bytes(Graph graph, string name) => Data(graph, name).AsBytes().ToArray();
}
