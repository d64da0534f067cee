using Framework.Modules;
using Framework.Tensors;

namespace Framework.Tests.Modules;

public sealed class InitializationTests
{
    [Fact]
    public void Weights_are_made_when_somebody_looks_and_only_then()
    {
        var conv = new Conv2d(64, 64, kernel: 3);
        conv.Initialize(seed: 1);
        var data = conv.Trace(["N", 64, 8, 8]).Initializers[0].Data;

        ((DeferredStorage)data.Storage).IsMade.Should().BeFalse();
        data.AsSpan<float>()[0].Should().NotBe(0);
        ((DeferredStorage)data.Storage).IsMade.Should().BeTrue();
        data.Should().BeSameAs(conv.Weight.Data);
    }

    [Fact]
    public void What_a_weight_gets_follows_from_seed_and_path_alone()
    {
        float[] First(long seed, params int[] order)
        {
            var network = new Sequential { new Linear(300, 200), new Linear(300, 200) };
            network.Initialize(seed);
            var parameters = network.Parameters().Where(p => p.Name.EndsWith("weight", StringComparison.Ordinal)).ToList();
            foreach (int i in order) _ = parameters[i].Data.ToArray<float>();
            return parameters[0].Data.ToArray<float>();
        }

        First(1, 0, 1).Should().Equal(First(1, 1, 0)).And.NotEqual(First(2, 0, 1));
        var pair = new Sequential { new Linear(300, 200), new Linear(300, 200) };
        pair.Children[0].Parameters().First().Data.ToArray<float>().Should().NotEqual(pair.Children[1].Parameters().First().Data.ToArray<float>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16384)]
    [InlineData(16385)]
    [InlineData(100_001)]
    public void The_first_numbers_do_not_depend_on_how_many_there_are(int count)
    {
        float[] few = Numbers(count), many = Numbers(200_000);

        few.Should().Equal(many[..count]);

        static float[] Numbers(int count)
        {
            var tensor = new Tensor(ElementType.Float32, [count]);
            Initialization.Gaussian(1).Fill(tensor, key: 9);
            return tensor.ToArray<float>();
        }
    }

    [Fact]
    public void He_s_rule_has_two_over_the_inputs_as_variance_and_a_factor_squares()
    {
        var rules = new[] { (Initialization.He, 2.0 / 270), (Initialization.LeCun, 1.0 / 270), (Initialization.He.Times(0.5), 0.5 / 270) };
        foreach (var (rule, variance) in rules)
        {
            var tensor = new Tensor(ElementType.Float32, [400, 30, 3, 3]);
            rule.Fill(tensor, key: 3);
            double[] values = tensor.ToArray<double>();

            // Of n normal numbers the mean deviates by 1 / sqrt n deviations, the variance by sqrt(2 / n) of itself; five such are never seen.
            double n = values.Length;
            values.Average().Should().BeApproximately(0, 5 * Math.Sqrt(variance / n));
            values.Average(v => v * v).Should().BeApproximately(variance, 5 * Math.Sqrt(2 / n) * variance);
        }
    }

    [Fact]
    public void Threads_that_come_together_see_one_memory()
    {
        var tensor = Tensor.Deferred(ElementType.Float32, [1000], t => t.AsSpan<float>().Fill(3));
        var addresses = new nint[8];

        Parallel.For(0, addresses.Length, i => addresses[i] = Address(tensor));

        addresses.Distinct().Should().ContainSingle();
        tensor.ToArray<float>().Should().OnlyContain(x => x == 3);

        static unsafe nint Address(Tensor tensor) => (nint)tensor.Pointer;
    }
}
