using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data.Transforms;

public sealed class GeometryTests
{
    // Sums of a few products of weights up to 1 with values up to 64.
    private const float Rounded = 64 * 16 * 1.2e-7f;

    [Fact]
    public void Resizing_interpolates_linearly_and_averages_when_it_shrinks()
    {
        Near(Transformed.By(new Resize(1, 4), [0, 1], [1, 1, 2]), [0, 0.25f, 0.75f, 1]);
        // A triangle of reach 2 around the middle of pixels 0 and 1: weights 3, 3, 1 (of 8: the eighth lies outside); and so from the other side.
        Near(Transformed.By(new Resize(1, 2), [0, 0, 1, 1], [1, 1, 4]), [1f / 7, 6f / 7]);
        Near(Transformed.By(new Resize(2, 1), [0, 0, 1, 1], [1, 4, 1]), [1f / 7, 6f / 7]);
        Transformed.By(new Resize(5, 6), Transformed.Counting([2, 5, 6]), [2, 5, 6]).Should().Equal(Transformed.Counting([2, 5, 6]));
        Transformed.By(new Resize(40, 3), [.. Enumerable.Repeat(0.5f, 7 * 90)], [1, 7, 90]).Should().OnlyContain(v => Math.Abs(v - 0.5f) < Rounded);
        Resize.Shorter(10).ShapeAfter([3, 20, 30]).Should().Equal(3, 10, 15);
        Resize.Shorter(10).ShapeAfter([3, 30, 20]).Should().Equal(3, 15, 10);
    }

    [Fact]
    public void The_middle_is_cut_out()
    {
        Transformed.By(new CenterCrop(1, 2), Transformed.Counting([2, 3, 4]), [2, 3, 4]).Should().Equal(6, 7, 18, 19);
        var crop = () => new CenterCrop(4, 2).ShapeAfter([2, 3, 4]);
        crop.Should().Throw<ShapeException>().WithMessage("CenterCrop: 4 x 2 cannot be cut out of samples [2,3,4]*");
    }

    [Fact]
    public void Random_crops_take_every_place_and_padding_is_zeros()
    {
        Shape shape = [1, 3, 3];
        var seen = Seen(new RandomCrop(2, 2), shape);
        seen.Should().BeEquivalentTo("1 2 4 5", "2 3 5 6", "4 5 7 8", "5 6 8 9");
        var padded = Seen(new RandomCrop(3, 3, padding: 1), shape);
        padded.Should().HaveCount(9).And.Contain("1 2 3 4 5 6 7 8 9").And.Contain("0 0 0 0 1 2 0 4 5").And.Contain("5 6 0 8 9 0 0 0 0");
        Seen(new RandomCrop(2, 2, padding: 3), shape).Should().Contain("0 0 0 0");
    }

    [Fact]
    public void Random_resized_crops_have_the_areas_and_forms_that_are_asked_for()
    {
        // On a picture whose values are its columns (channel 0) and rows (channel 1), the crop can be read off its corners.
        Shape shape = [2, 60, 80];
        float[] source = [.. Enumerable.Range(0, 4800).Select(i => (float)(i % 80)), .. Enumerable.Range(0, 4800).Select(i => (float)(i / 80))];
        var areas = new List<double>();
        for (ulong key = 0; key < 300; key++)
        {
            float[] crop = Transformed.By(new RandomResizedCrop(64, 64, 0.2f, 0.5f, 2), source, shape, key);
            double width = (crop[40] - crop[20]) / 20 * 64, height = (crop[4096 + (40 * 64)] - crop[4096 + (20 * 64)]) / 20 * 64;
            areas.Add(width * height / 4800);
            (width / height).Should().BeInRange(0.5 * 0.95, 2 * 1.05, "whole pixels are cut");
        }

        areas.Min().Should().BeInRange(0.19, 0.22);
        areas.Max().Should().BeInRange(0.48, 0.51);
        Transformed.By(new RandomResizedCrop(60, 80, 1, 1, 1), source, shape).Should().Equal(source, "one part only has all of the area, and the middle is all");
    }

    [Fact]
    public void Flips_turn_rows_and_columns_over()
    {
        Shape shape = [1, 2, 3];
        Seen(new RandomFlip(1), shape).Should().Equal("3 2 1 6 5 4");
        Seen(new RandomFlip(0, vertically: 1), shape).Should().Equal("4 5 6 1 2 3");
        Seen(new RandomFlip(1, vertically: 1), shape).Should().Equal("6 5 4 3 2 1");
        Seen(new RandomFlip(0), shape).Should().Equal("1 2 3 4 5 6");
        Seen(new RandomFlip(), shape).Should().HaveCount(2);
        int flipped = Enumerable.Range(0, 1000).Count(key => Transformed.By(new RandomFlip(0.3f), [1, 2], [1, 1, 2], (ulong)key)[0] == 2);
        ((double)flipped / 1000).Should().BeApproximately(0.3, 4 * Math.Sqrt(0.3 * 0.7 / 1000), "four deviations");
    }

    [Fact]
    public void A_quarter_turn_a_move_and_a_scale_are_exact()
    {
        Shape shape = [2, 3, 3];
        float[] source = Transformed.Counting(shape);
        Near(Mapped(MathF.PI / 2, 1, 0, 0), [3, 6, 9, 2, 5, 8, 1, 4, 7, 12, 15, 18, 11, 14, 17, 10, 13, 16]);
        Near(Mapped(0, 1, 1, 0), [0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 10, 11, 12, 13, 14, 15]);
        Near(Mapped(0, 1, 0, -0.5f), [1.5f, 2.5f, 1.5f, 4.5f, 5.5f, 3, 7.5f, 8.5f, 4.5f, 10.5f, 11.5f, 6, 13.5f, 14.5f, 7.5f, 16.5f, 17.5f, 9]);
        Near(Mapped(0, 2, 0, 0)[..9], [3, 3.5f, 4, 4.5f, 5, 5.5f, 6, 6.5f, 7]);

        float[] Mapped(float angle, float scale, float down, float right)
        {
            var target = new float[18];
            RandomAffine.Map(source, shape, target, angle, scale, down, right, 0);
            return target;
        }
    }

    [Fact]
    public void Affine_changes_stay_within_their_bounds()
    {
        Shape shape = [1, 41, 41];
        var dot = new float[41 * 41];
        dot[(20 * 41) + 30] = 1; // ten columns right of the middle
        var transform = new RandomAffine { Rotation = 30, LeastScale = 0.8f, MostScale = 1.25f, Translation = 0.1f };
        var radii = new List<double>();
        for (ulong key = 0; key < 300; key++)
        {
            float[] picture = Transformed.By(transform, dot, shape, key);
            double sum = picture.Sum(), row = picture.Select((v, i) => v * (i / 41)).Sum() / sum, column = picture.Select((v, i) => v * (i % 41)).Sum() / sum;
            row.Should().BeInRange(20 - 4.2 - 6.3 - 1, 20 + 4.2 + 6.3 + 1);
            column.Should().BeInRange(20 + 6.9 - 4.2 - 1, 20 + 12.5 + 4.2 + 1);
            radii.Add(row);
        }

        (radii.Max() - radii.Min()).Should().BeGreaterThan(12);
        Transformed.By(new RandomAffine(), Transformed.Counting([1, 5, 4]), [1, 5, 4]).Should().Equal(Transformed.Counting([1, 5, 4]));
    }

    [Fact]
    public void Ten_views_are_the_corners_and_the_middle_and_their_mirror_images()
    {
        var views = new TenCrop(2, 2).Cut(Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]));
        views.Shape.Should().Equal(10, 1, 2, 2);
        views.ToArray<float>().Chunk(4).Select(v => string.Join(' ', v)).Should().Equal(
            "1 2 4 5", "2 1 5 4", "2 3 5 6", "3 2 6 5", "4 5 7 8", "5 4 8 7", "5 6 8 9", "6 5 9 8", "1 2 4 5", "2 1 5 4");

        // Scores whose softmax is known: nine views say (1/2, 1/2), one says (1/4, 3/4).
        var scores = new Tensor(ElementType.Float32, [10, 2]);
        scores.AsSpan<float>()[19] = MathF.Log(3);
        float[] average = [.. TenCrop.Average(scores).ToArray<float>().Select(MathF.Exp)];
        Near(average, [(9 * 0.5f + 0.25f) / 10, (9 * 0.5f + 0.75f) / 10]);
        var around = new TenCrop(2, 2).Around(v => Tensor.From([.. v.ToArray<float>().Chunk(4).SelectMany(p => new[] { p[0], p[1] })], [v.Shape[0], 2]));
        around(Tensor.From([5f, 5, 5, 5, 5, 5, 5, 5, 5], [1, 1, 3, 3])).ToArray<float>().Should().OnlyContain(v => Math.Abs(v - MathF.Log(0.5f)) < 1e-6f);
    }

    private static HashSet<string> Seen(ITransform transform, Shape shape) =>
        [.. Enumerable.Range(0, 200).Select(key => string.Join(' ', Transformed.By(transform, Transformed.Counting(shape), shape, (ulong)key)))];

    private static void Near(float[] found, float[] expected)
    {
        found.Should().HaveCount(expected.Length);
        for (int i = 0; i < expected.Length; i++) found[i].Should().BeApproximately(expected[i], Rounded, $"of value {i} of {string.Join(' ', found)}");
    }
}
