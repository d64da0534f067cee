using Framework.Data;
using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data.Transforms;

public sealed class ColourTests
{
    private const float Rounded = 16 * 1.2e-7f;

    private static readonly Shape s_pixel = [3, 1, 1];

    [Fact]
    public void Nothing_changes_by_zero()
    {
        float[] picture = [0.1f, 0.9f, 0.3f, 0.4f, 0.5f, 0.6f];
        Transformed.By(new ColorJitter(), picture, [3, 1, 2]).Zip(picture).Should().OnlyContain(p => Math.Abs(p.First - p.Second) < Rounded);
    }

    [Fact]
    public void Brightness_multiplies_and_is_spread_evenly()
    {
        float[] greys = [.. Enumerable.Range(0, 500).Select(k => Transformed.By(new ColorJitter(brightness: 0.4f), [0.5f, 0.5f, 0.5f], s_pixel, (ulong)k)[0])];
        greys.Min().Should().BeInRange(0.3f, 0.31f);
        greys.Max().Should().BeInRange(0.69f, 0.7f);
        greys.Average().Should().BeApproximately(0.5f, 4 * 0.2f / MathF.Sqrt(3 * 500), "four deviations of the mean of 500 even draws");
    }

    [Fact]
    public void Contrast_keeps_the_mean_grey_saturation_each_pixels_hue_the_sum_of_colours()
    {
        for (ulong key = 0; key < 50; key++)
        {
            float[] picture = [0.4f, 0.6f, 0.45f, 0.55f, 0.5f, 0.5f];
            Grey(Transformed.By(new ColorJitter(contrast: 0.5f), picture, [3, 1, 2], key), 2).Average().Should().BeApproximately(Grey(picture, 2).Average(), Rounded);
            float[] coloured = Transformed.By(new ColorJitter(saturation: 0.5f), picture, [3, 1, 2], key);
            Grey(coloured, 2).Zip(Grey(picture, 2)).Should().OnlyContain(p => Math.Abs(p.First - p.Second) < Rounded);
            float[] turned = Transformed.By(new ColorJitter(hue: 0.5f), [0.4f, 0.5f, 0.6f], s_pixel, key);
            turned.Sum().Should().BeApproximately(1.5f, Rounded);
            turned.Sum(v => v * v).Should().BeApproximately((0.4f * 0.4f) + 0.25f + 0.36f, Rounded);
        }

        static float[] Grey(float[] p, int area) => [.. Enumerable.Range(0, area).Select(i => (0.299f * p[i]) + (0.587f * p[area + i]) + (0.114f * p[(2 * area) + i]))];
    }

    [Fact]
    public void The_principal_colours_of_a_known_covariance_are_found()
    {
        // A diagonal of 9, 4, 1 turned by known orthogonal directions.
        double[][] u = [[2 / 3.0, 2 / 3.0, 1 / 3.0], [-2 / 3.0, 1 / 3.0, 2 / 3.0], [1 / 3.0, -2 / 3.0, 2 / 3.0]];
        double[] values = [4, 9, 1];
        var matrix = new double[3, 3];
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++) matrix[a, b] = Enumerable.Range(0, 3).Sum(i => values[i] * u[i][a] * u[i][b]);
        var colours = PrincipalColors.Decompose(matrix);
        Near(colours.Deviations, [3, 2, 1]);
        int[] order = [1, 0, 2];
        for (int i = 0; i < 3; i++)
        {
            double dot = Enumerable.Range(0, 3).Sum(c => colours.Directions[i][c] * u[order[i]][c]);
            Math.Abs(dot).Should().BeApproximately(1, Rounded);
        }
    }

    [Fact]
    public void Light_changes_along_the_principal_colours_by_their_deviations()
    {
        // Pixels on the line of grey: one direction has all of the variance.
        var data = new InMemoryDataset(Tensor.From([0.2f, 0.2f, 0.2f, 0.6f, 0.6f, 0.6f], [2, 3, 1, 1]), Tensor.From([0L, 0], [2]), ["x"]);
        var colours = PrincipalColors.Of(data);
        Near(colours.Deviations, [0.2f * MathF.Sqrt(3), 0, 0]);
        float[] added = [.. Enumerable.Range(0, 2000).Select(k =>
        {
            float[] result = Transformed.By(new PcaLighting(colours, 0.1f), [0.5f, 0.5f, 0.5f], s_pixel, (ulong)k);
            result[1].Should().BeApproximately(result[0], Rounded);
            return result[0] - 0.5f;
        })];
        Math.Sqrt(added.Average(a => a * a)).Should().BeApproximately(0.02, 4 * 0.02 / Math.Sqrt(2 * 2000), "four deviations of a deviation of 2000 draws");
        var grey = () => new PcaLighting(colours).ShapeAfter([1, 2, 2]);
        grey.Should().Throw<ShapeException>().WithMessage("PcaLighting: samples [1,2,2] have 1 channels.*");
    }

    [Fact]
    public void Holes_have_the_size_that_is_asked_for()
    {
        Shape shape = [2, 20, 20];
        float[] ones = [.. Enumerable.Repeat(1f, 800)];
        var areas = new List<int>();
        int whole = 0;
        for (ulong key = 0; key < 400; key++)
        {
            float[] erased = Transformed.By(new RandomErasing(0.5f, 0.1f, 0.3f), ones, shape, key);
            int holes = erased.Count(v => v == 0);
            erased[..400].Should().Equal(erased[400..], "channels lose the same rectangle");
            if (holes == 0) whole++;
            else areas.Add(holes / 2);
            Transformed.By(new Cutout(4, value: -1), ones, shape, key).Count(v => v == -1).Should().BeInRange(2 * 2 * 2, 2 * 4 * 4);
        }

        ((double)whole / 400).Should().BeApproximately(0.5, 4 * 0.5 / Math.Sqrt(400), "four deviations");
        areas.Min().Should().BeInRange(400 / 10 - 8, 400 / 10 + 8);
        areas.Max().Should().BeInRange((400 * 3 / 10) - 12, (400 * 3 / 10) + 12);
    }

    [Fact]
    public void Mixup_shares_pictures_and_targets_alike()
    {
        var data = new InMemoryDataset(Tensor.From([.. Enumerable.Range(0, 5).Select(i => (float)(10 * i))], [5, 1]), Tensor.From([0L, 1, 2, 0, 1], [5]), ["a", "b", "c"]);
        var loader = new DataLoader(data, new LoaderOptions { BatchSize = 5, Mixup = 0.4f, Seed = 3 });
        var shares = new HashSet<float>();
        for (int epoch = 0; epoch < 20; epoch++)
        {
            using var batch = loader.Epoch(epoch).Single();
            float[] mixed = batch.Images.ToArray<float>(), targets = batch.Targets.ToArray<float>();
            batch.Labels.ToArray<long>().Should().Equal(0, 1, 2, 0, 1);
            float share = targets[0];
            shares.Add(share);
            Near(mixed, [40 * (1 - share), (10 * share) + (30 * (1 - share)), 20, (30 * share) + (10 * (1 - share)), 40 * share], 40 * Rounded);
            Near(targets, [share, 1 - share, 0, 1 - share, share, 0, 0, 0, 1, share, 1 - share, 0, 1 - share, share, 0]);
            using var again = loader.Epoch(epoch).Single();
            again.Images.ToArray<float>().Should().Equal(mixed);
        }

        shares.Should().HaveCountGreaterThan(15).And.OnlyContain(s => s >= 0 && s <= 1);
        new DataLoader(data, new LoaderOptions { BatchSize = 5 }).Epoch(0).Single().Targets.ToArray<long>().Should().Equal(0, 1, 2, 0, 1);
    }

    [Fact]
    public void Draws_have_the_moments_of_their_distributions()
    {
        const int Draws = 20_000;
        var random = new SampleRandom(5);
        double sum = 0, squares = 0, beta = 0, betaSquares = 0;
        for (int i = 0; i < Draws; i++)
        {
            double x = random.NextNormal(), b = random.NextBeta(0.5f);
            (sum, squares, beta, betaSquares) = (sum + x, squares + (x * x), beta + b, betaSquares + (b * b));
        }

        double deviations = 4 / Math.Sqrt(Draws);
        (sum / Draws).Should().BeApproximately(0, deviations);
        (squares / Draws).Should().BeApproximately(1, deviations * Math.Sqrt(2));
        (beta / Draws).Should().BeApproximately(0.5, deviations * Math.Sqrt(0.125));
        (betaSquares / Draws).Should().BeApproximately(0.125 + 0.25, deviations, "the variance of Beta(a, a) is 1 / (4 (2a + 1))");
    }

    private static void Near(IReadOnlyList<float> found, float[] expected, float tolerance = 4 * Rounded)
    {
        found.Should().HaveCount(expected.Length);
        for (int i = 0; i < expected.Length; i++) found[i].Should().BeApproximately(expected[i], tolerance);
    }
}
