using Framework.Errors;
using Framework.Graphs;
using Framework.Models;
using Framework.Operators;
using Framework.Seeing;
using Framework.Tensors;

namespace Framework.Tests.Seeing;

public sealed class ProjectionTests
{
    // Sums of up to 2 x 9 products of numbers of a few units.
    private const float Rounded = 64 * 18 * 1.2e-7f;

    [Theory]
    [InlineData(BackwardRule.Gradient)]
    [InlineData(BackwardRule.Deconvolution)]
    [InlineData(BackwardRule.Guided)]
    public void What_comes_back_to_the_pixels_is_what_loops_compute(BackwardRule rule)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var net = new TinyNet(seed);
            var graph = net.Traced();
            using var projection = new Projection(graph, Layers.Find(graph, "top"), rule);
            var image = Tensor.From(net.Image, [1, 1, 4, 4]);
            var (picture, strength, row, column) = projection.Strongest(image, 0);
            var (expected, at, value) = net.Projected(rule);
            strength.Should().BeApproximately(value, Rounded);
            ((row * 2) + column).Should().Be(at);
            float[] found = picture.ToArray<float>();
            for (int i = 0; i < 16; i++) found[i].Should().BeApproximately(expected[i], Rounded, $"rule {rule}, seed {seed}, pixel {i}");
        }
    }

    [Fact]
    public void The_three_rules_differ_on_a_network_whose_signals_change_sign()
    {
        var nets = Enumerable.Range(0, 20).Select(s => new TinyNet(s)).ToArray();
        string Sums(BackwardRule rule) => string.Join(' ', nets.Select(n => n.Projected(rule).Picture.Sum()));
        new[] { BackwardRule.Gradient, BackwardRule.Deconvolution, BackwardRule.Guided }.Select(Sums).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Saliency_is_the_scores_derivative()
    {
        var graph = new LeNet5(10).Initialize(1).Trace();
        var random = new CounterRandom(2);
        var image = Tensor.From([.. Enumerable.Range(0, 784).Select(_ => (float)random.NextNormal())], [1, 1, 28, 28]);
        using var projection = new Projection(graph, graph.Outputs[0], BackwardRule.Gradient);
        var gradient = projection.OfScore(image, 3);

        // Along the gradient itself the score grows by its squared length.
        double squares = gradient.ToArray<float>().Sum(g => (double)g * g);
        double Score(double step)
        {
            var moved = image.Clone();
            for (int i = 0; i < 784; i++) moved.AsSpan<float>()[i] += (float)(step * gradient.AsSpan<float>()[i] / Math.Sqrt(squares));
            return Layers.Activations(graph, graph.Outputs[0], moved).AsSpan<float>()[3];
        }

        const double Step = 1.0 / 1024;
        double slope = (Score(Step) - Score(-Step)) / (2 * Step);

        // Each score carries some rounding of its size, which the division by the step enlarges; rectifiers may switch on the way.
        slope.Should().BeApproximately(Math.Sqrt(squares), 0.05 * Math.Sqrt(squares));
        Projection.Magnitudes(Tensor.From([1f, -2, -3, 1], [1, 2, 1, 2])).Should().Equal(3, 2);
        var act = () => projection.OfScore(image, 10);
        act.Should().Throw<UsageException>().WithMessage("class 10: is not among the 10*");
    }

    [Fact]
    public void Grad_cam_of_pooled_maps_is_their_weighted_sum()
    {
        // Where maps are averaged and then weighted, the derivative of a score is the weight over the area (Zhou et al. 2016).
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N", 1, 2, 2]);
        var maps = x.Conv(builder.Initializer("w", Tensor.From([2f, -1, 3], [3, 1, 1, 1]), InitializerRole.Parameter), null, name: "maps");
        var pooled = maps.GlobalAveragePool().Flatten();
        var scores = pooled.MatMul(builder.Initializer("v", Tensor.From([1f, 0.5f, -2, 4, 0.5f, 1], [3, 2]), InitializerRole.Parameter));
        var graph = builder.Build(scores);
        var image = Tensor.From([1f, 2, -3, 4], [1, 1, 2, 2]);
        for (int score = 0; score < 2; score++)
        {
            float[][] v = [[1, -2, 0.5f], [0.5f, 4, 1]];
            float factor = ((2 * v[score][0]) - v[score][1] + (3 * v[score][2])) / 4;
            float[] expected = [.. image.ToArray<float>().Select(p => Math.Max(0, factor * p))];
            float[] found = GradCam.Of(graph, Layers.Find(graph, "maps"), image, score).ToArray<float>();
            for (int i = 0; i < 4; i++) found[i].Should().BeApproximately(expected[i], Rounded);
        }
    }

    [Fact]
    public void Grad_cam_goes_through_shortcuts()
    {
        // y = pooled(maps + x): what goes around the layer is no part of its weight.
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N", 1, 2, 2]);
        var maps = x.Conv(builder.Initializer("w", Tensor.From([5f], [1, 1, 1, 1]), InitializerRole.Parameter), null, name: "maps");
        var graph = builder.Build((maps + x).GlobalAveragePool().Flatten());
        var cam = GradCam.Of(graph, Layers.Find(graph, "maps"), Tensor.From([1f, 2, -3, 4], [1, 1, 2, 2]), 0);
        cam.ToArray<float>().Should().Equal(5 / 4f, 10 / 4f, 0, 20 / 4f);
    }

    [Fact]
    public void Occlusion_takes_from_the_probability_what_the_covered_pixels_gave()
    {
        // Scores (sum of the pixels, 0): the probability of class 0 is the logistic function of the sum.
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N", 1, 3, 3]);
        var weights = builder.Initializer("w", Tensor.From([.. Enumerable.Range(0, 18).Select(i => i % 2 == 0 ? 1f : 0)], [9, 2]), InitializerRole.Parameter);
        var graph = builder.Build(x.Flatten().MatMul(weights));
        float[] pixels = [0.1f, 0.2f, -0.3f, 0.4f, 0.5f, 0.6f, -0.7f, 0.8f, 0.9f];
        var map = OcclusionMap.Of(graph, Tensor.From(pixels, [1, 1, 3, 3]), 0, size: 2, fill: 0.25f);
        map.Shape.Should().Equal(2, 2);
        for (int i = 0; i < 4; i++)
        {
            double left = pixels.Sum() - new[] { 0, 1, 3, 4 }.Sum(o => pixels[(i / 2 * 3) + (i % 2) + o] - 0.25f);
            map.AsSpan<float>()[i].Should().BeApproximately((float)(Logistic(pixels.Sum()) - Logistic(left)), Rounded);
        }

        OcclusionMap.Of(graph, Tensor.From(pixels, [1, 1, 3, 3]), 0, size: 1, stride: 2).Shape.Should().Equal(2, 2);
        static double Logistic(double s) => 1 / (1 + Math.Exp(-s));
    }

    [Fact]
    public void The_picture_that_excites_a_linear_unit_most_is_its_filter()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N", 1, 3, 3]);
        float[] filter = [1, -2, 3, 0, 0.5f, 2, -1, -1, 4];
        var graph = builder.Build(x.Conv(builder.Initializer("w", Tensor.From(filter, [1, 1, 3, 3]), InitializerRole.Parameter), null, name: "unit"));
        var (picture, activation) = UnitMaximizer.Find(graph, Layers.Find(graph, "unit"), 0, [1, 3, 3], new MaximizerOptions { SmoothEvery = 0 });
        float[] found = picture.ToArray<float>();
        double dot = found.Zip(filter, (a, b) => (double)a * b).Sum(), lengths = Math.Sqrt(found.Sum(v => (double)v * v) * filter.Sum(v => (double)v * v));
        (dot / lengths).Should().BeGreaterThan(0.99, "the noise of the start has faded to 0.99^200 of itself");
        activation.Should().BeApproximately((float)dot, Rounded);
    }

    [Fact]
    public void Layers_are_found_by_node_and_unknown_ones_are_listed()
    {
        var graph = new LeNet5(10).Initialize(1).Trace();
        Layers.Find(graph, "conv2").Shape!.ToString().Should().Contain("16,10,10");
        Layers.LastMap(graph).Producer!.Name.Should().Be("pool2");
        Layers.FirstFilters(graph).Shape.Should().Equal(6, 1, 5, 5);
        var act = () => Layers.Find(graph, "conv9");
        act.Should().Throw<UsageException>().WithMessage("layer conv9: is not in*It has conv1, relu, pool1*");
    }

    /// <summary>Convolution (2 filters of 3x3), rectifier, 2x2 maxima, a 1x1 convolution to one map, rectifier: as a graph and as loops.</summary>
    private sealed class TinyNet
    {
        private readonly float[] _w1, _b1, _w2;

        public TinyNet(int seed)
        {
            var random = new CounterRandom(seed);
            float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
            (Image, _w1, _b1, _w2) = (Draw(16), Draw(18), Draw(2), Draw(2));
        }

        public float[] Image { get; }

        public Graph Traced()
        {
            var builder = new GraphBuilder();
            var x = builder.Input("x", ElementType.Float32, ["N", 1, 4, 4]);
            x = x.Conv(
                builder.Initializer("w1", Tensor.From(_w1, [2, 1, 3, 3]), InitializerRole.Parameter),
                builder.Initializer("b1", Tensor.From(_b1, [2]), InitializerRole.Parameter),
                new Attributes { ["pads"] = new long[] { 1, 1, 1, 1 } });
            x = x.Relu().MaxPool(new Attributes { ["kernel_shape"] = new long[] { 2, 2 }, ["strides"] = new long[] { 2, 2 } });
            x = x.Conv(builder.Initializer("w2", Tensor.From(_w2, [1, 2, 1, 1]), InitializerRole.Parameter), null);
            return builder.Build(builder.Rename(x.Relu(), "top"));
        }

        public (float[] Picture, int At, float Value) Projected(BackwardRule rule)
        {
            var hidden = new double[2, 4, 4];
            var switches = new (int Row, int Column)[2, 4];
            var top = new double[4];
            for (int k = 0; k < 2; k++)
            {
                for (int r = 0; r < 4; r++)
                {
                    for (int c = 0; c < 4; c++)
                    {
                        double sum = _b1[k];
                        for (int t = 0; t < 9; t++)
                        {
                            int row = r + (t / 3) - 1, column = c + (t % 3) - 1;
                            if (row is >= 0 and < 4 && column is >= 0 and < 4) sum += _w1[(k * 9) + t] * Image[(row * 4) + column];
                        }

                        hidden[k, r, c] = Math.Max(0, sum);
                    }
                }

                for (int p = 0; p < 4; p++)
                {
                    int row = p / 2 * 2, column = p % 2 * 2;
                    switches[k, p] = (row, column);
                    foreach (var (r, c) in ((int, int)[])[(row, column + 1), (row + 1, column), (row + 1, column + 1)])
                        if (hidden[k, r, c] > hidden[k, switches[k, p].Row, switches[k, p].Column]) switches[k, p] = (r, c);
                    top[p] += _w2[k] * hidden[k, switches[k, p].Row, switches[k, p].Column];
                }
            }

            for (int p = 0; p < 4; p++) top[p] = Math.Max(0, top[p]);
            int best = Enumerable.Range(0, 4).MaxBy(p => top[p]);
            double signal = Through(top[best], top[best]);
            var picture = new double[16];
            for (int k = 0; k < 2; k++)
            {
                var (r, c) = switches[k, best];
                double back = Through(_w2[k] * signal, hidden[k, r, c]);
                for (int t = 0; t < 9; t++)
                {
                    int row = r + (t / 3) - 1, column = c + (t % 3) - 1;
                    if (row is >= 0 and < 4 && column is >= 0 and < 4) picture[(row * 4) + column] += _w1[(k * 9) + t] * back;
                }
            }

            return ([.. picture.Select(v => (float)v)], best, (float)top[best]);

            double Through(double signal, double forward) => rule switch
            {
                BackwardRule.Gradient => forward > 0 ? signal : 0,
                BackwardRule.Deconvolution => Math.Max(0, signal),
                _ => forward > 0 ? Math.Max(0, signal) : 0,
            };
        }
    }
}
