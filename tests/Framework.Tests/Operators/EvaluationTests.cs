using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Operators;

public class EvaluationTests
{
    [Fact]
    public void Runs_visit_the_same_places_as_a_walk_in_the_same_order()
    {
        var random = new CounterRandom(5);
        for (int trial = 0; trial < 200; trial++)
        {
            var shape = new Shape([.. Enumerable.Range(0, random.NextInt(5)).Select(_ => random.NextInt(4))]);
            int[] Steps() => random.NextInt(3) == 0 ? shape.Strides() : [.. shape.Select(_ => random.NextInt(7) - 3)];
            int[] first = Steps(), second = Steps();
            var expected = new List<(int, int)>();
            var walk = new Walk(shape, first, second);
            while (walk.Next()) expected.Add((walk.Offsets[0], walk.Offsets[1]));

            var actual = new List<(int, int)>();
            var runs = new Runs(shape, first, second);
            while (runs.Next())
            {
                for (int i = 0; i < runs.Length; i++) actual.Add((runs.Offsets[0] + (i * runs.Steps[0]), runs.Offsets[1] + (i * runs.Steps[1])));
            }

            actual.Should().Equal(expected, "the shape is {0}", shape);
        }
    }

    [Fact]
    public void The_table_of_a_window_holds_its_taps()
    {
        foreach (var (name, x, w, y, _, attributes) in Convolution.Cases())
        {
            var window = Window.Of(attributes, x.AsSpan(2), w.AsSpan(2), y.AsSpan(2));
            int outputs = Window.Product(window.Output);

            int[] places = window.Places();

            var fromTable = places.Select((place, i) => (i % outputs, i / outputs, place)).Where(t => t.place >= 0);
            fromTable.Should().BeEquivalentTo(window.Taps().Select(t => (t.Output, t.Kernel, t.Input)), "the case is {0}", name);
        }
    }

    // Values of Abramowitz and Stegun, table 7.1, and of the complement at 2.5 and 5, to 16 digits.
    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(1e-8, 1.1283791670955126e-8)]
    [InlineData(0.5, 0.5204998778130465)]
    [InlineData(1.0, 0.8427007929497149)]
    [InlineData(2.0, 0.9953222650189527)]
    [InlineData(2.5, 0.9995930479825550)]
    [InlineData(5.0, 0.9999999999984626)]
    [InlineData(7.0, 1.0)]
    public void The_error_function_is_right_to_a_few_units_in_the_last_place(double x, double expected)
    {
        const double FewUnits = 4 * 2.220446049250313e-16;

        ErrorFunction.Of(x).Should().BeApproximately(expected, FewUnits * Math.Max(expected, double.Epsilon));
        ErrorFunction.Of(-x).Should().Be(-ErrorFunction.Of(x));
    }

    [Fact]
    public void Half_precision_is_computed_in_single_and_rounded_once()
    {
        // In half precision 2048 + 1 is 2048; a sum that rounded at each step would never grow.
        var x = new Tensor(ElementType.Float32, [4096]);
        x.AsSpan<float>().Fill(1);
        foreach (var type in new[] { ElementType.Float16, ElementType.BFloat16 })
        {
            var builder = new GraphBuilder();
            var input = builder.Input("x", type, [4096]);
            using var interpreter = new Interpreter(builder.Build(input.ReduceSum([])));

            var sum = interpreter.Run(x.To(type))[0];

            sum.ElementType.Should().Be(type);
            sum.To(ElementType.Float32).AsSpan<float>()[0].Should().Be(4096);
        }
    }

    [Fact]
    public void An_integer_divided_by_zero_is_the_users_error()
    {
        var builder = new GraphBuilder();
        var input = builder.Input("x", ElementType.Int64, [2]);
        using var interpreter = new Interpreter(builder.Build(input / builder.Input("y", ElementType.Int64, [2])));

        interpreter.Invoking(i => i.Run(Tensor.From<long>([1, 2], [2]), Tensor.From<long>([1, 0], [2]))).Should().Throw<DataFormatException>().WithMessage("*Div*");
    }

    [Theory]
    [InlineData("reflect", new[] { 2f, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0 })]
    [InlineData("edge", new[] { 0f, 0, 0, 1, 2, 2, 2, 2, 2, 2, 2 })]
    [InlineData("wrap", new[] { 1f, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2 })]
    public void A_padding_longer_than_the_value_goes_on_as_it_began(string mode, float[] expected)
    {
        var builder = new GraphBuilder();
        using var interpreter = new Interpreter(builder.Build(builder.Input("x", ElementType.Float32, [3]).Pad([2, 6], mode)));

        interpreter.Run(Tensor.From([0f, 1, 2], [3]))[0].ToArray<float>().Should().Equal(expected);
    }

    [Fact]
    public void Batch_normalisation_keeps_the_conventions_of_ONNX_and_of_PyTorch_apart()
    {
        // One channel of 1, 3: mean 2, variance of the population 1, unbiased 2.
        (float Mean, float Variance) Statistics(bool unbiased)
        {
            var builder = new GraphBuilder();
            Value Vector(string name, float value) => builder.Initializer(name, Tensor.From([value], [1]), InitializerRole.State);
            var outputs = builder.ApplyMany(
                BatchNormalizationTraining.Instance,
                [builder.Input("x", ElementType.Float32, [2, 1]), Vector("scale", 1), Vector("shift", 0), Vector("mean", 10), Vector("variance", 20)],
                5,
                new Attributes { ["momentum"] = 0.75f, ["unbiased"] = unbiased });
            using var interpreter = new Interpreter(builder.Build(outputs));
            var results = interpreter.Run(Tensor.From([1f, 3f], [2, 1]));
            return (results[1].AsSpan<float>()[0], results[2].AsSpan<float>()[0]);
        }

        Statistics(unbiased: false).Should().Be((8f, 15.25f));
        Statistics(unbiased: true).Should().Be((8f, 15.5f));
    }

    [Fact]
    public void A_local_response_window_of_even_size_reaches_further_behind()
    {
        // Of size 2 and with factors that leave the sums as they are, each element is divided by its square plus that of the next channel.
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [1, 3, 1]);
        using var interpreter = new Interpreter(builder.Build(x.LRN(size: 2, alpha: 2, beta: 1, bias: 0)));

        interpreter.Run(Tensor.From([1f, 2, 3], [1, 3, 1]))[0].ToArray<float>().Should().Equal(1f / 5, 2f / 13, 3f / 9);
    }
}
