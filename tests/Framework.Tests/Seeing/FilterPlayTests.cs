using Framework.Seeing;

namespace Framework.Tests.Seeing;

public sealed class FilterPlayTests
{
    // The course prints two digits of the map, cutting some off instead of rounding.
    private const float Printed = 0.0101f;

    // The picture's numbers are rounded to two digits as well: half a hundredth, times what the filter's magnitudes add up to.
    private static readonly float s_rounded = Printed + (0.005f * FilterPlay.DonutFilter.ToArray<float>().Sum(MathF.Abs));

    [Fact]
    public void The_donut_filters_map_is_the_courses()
    {
        float[] map = FilterPlay.Map(FilterPlay.DonutImage, FilterPlay.DonutFilter, 2).ToArray<float>();
        float[] expected = [-.44f, 0, .34f, -.04f, -.58f, 1.00f, -.92f, 1.29f, 2.66f, 2.03f, 3.37f, 2.19f, 1.18f, 3.48f, 1.71f, .29f];
        for (int i = 0; i < 16; i++) map[i].Should().BeApproximately(expected[i], s_rounded, $"place {i}");

        // The steps show what is added up.
        var steps = FilterPlay.Of("donut");
        steps.Should().HaveCount(7);
        steps[1].Explanation.Should().Contain("-0.4");
        steps[3].Grids[1].Values.Sum().Should().BeApproximately(map[8], 25 * 8 * 1.2e-7f);
        steps[6].Grids[0].Values.Should().OnlyContain(v => v >= 0);
    }

    [Fact]
    public void The_curve_detector_answers_6600_or_nothing()
    {
        var steps = FilterPlay.Of("curve");
        steps[1].Explanation.Should().Contain("= 6600:");
        steps[2].Explanation.Should().EndWith(": 0.");
    }

    [Fact]
    public void The_features_of_x_are_found_rectified_and_pooled_to_twelve_numbers()
    {
        var steps = FilterPlay.Of("xo");
        var filtered = steps.Single(s => s.Title == "X: filtered").Grids[0];
        (filtered.Rows, filtered.Columns).Should().Be((7, 7));
        float[] first = [.77f, -.11f, .11f, .33f, .55f, -.11f, .33f];
        for (int i = 0; i < 7; i++) filtered.Values[i].Should().BeApproximately(first[i], Printed);
        var pooled = steps.Single(s => s.Title == "X: pooled").Grids[0];
        (pooled.Rows, pooled.Columns).Should().Be((4, 4));
        float[] rows = [1, .33f, .55f, .33f, .33f, 1, .33f, .55f];
        for (int i = 0; i < 8; i++) pooled.Values[i].Should().BeApproximately(rows[i], Printed);
        steps.Single(s => s.Title == "O: pooled again").Grids.Sum(g => g.Values.Count).Should().Be(12);
    }
}
