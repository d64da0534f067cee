using Framework.Data;
using Framework.Data.Sources;
using Framework.Data.Synthetic;

namespace Framework.Tests.Data.Synthetic;

public sealed class XAndOTests
{
    [Fact]
    public void Without_distortion_a_cross_and_a_ring_are_drawn_in_the_middle()
    {
        var data = new XAndO(DataSplit.Train, 2, distortion: XAndODistortion.None);
        var cross = Read(data, 0).Picture;
        var ring = Read(data, 1).Picture;
        for (int i = 1; i < 8; i++)
        {
            cross[(i * 9) + i].Should().BeGreaterThan(0.9f);
            cross[(i * 9) + 8 - i].Should().BeGreaterThan(0.9f);
        }

        cross[4].Should().Be(0);
        ring[40].Should().Be(0);
        foreach (var picture in (float[][])[cross, ring])
        {
            for (int i = 0; i < 81; i++)
            {
                picture[i].Should().BeApproximately(picture[80 - i], Rounded, "half a turn changes nothing");
                picture[i].Should().BeApproximately(picture[((i % 9) * 9) + (i / 9)], Rounded, "neither do rows and columns changing places");
            }
        }
    }

    // A few operations on numbers up to 9.
    private const float Rounded = 9 * 8 * 1.2e-7f;

    [Fact]
    public void What_is_drawn_depends_on_seed_split_and_index_only()
    {
        var data = DataSets.Open("xo", DataSplit.Train);
        (data.Count, data.SampleShape.ToString()).Should().Be((20_000, "[1,9,9]"));
        var forwards = Enumerable.Range(0, 20).Select(i => Read(data, i).Picture).ToArray();
        for (int i = 19; i >= 0; i--) Read(data, i).Picture.Should().Equal(forwards[i]);
        forwards.Select(p => string.Join(',', p)).Should().OnlyHaveUniqueItems();
        Read(new XAndO(DataSplit.Test, 20), 0).Picture.Should().NotEqual(forwards[0]);
        Read(new XAndO(DataSplit.Train, 20, seed: 2), 0).Picture.Should().NotEqual(forwards[0]);
        Read(data, 6).Label.Should().Be(0);
        Read(data, 7).Label.Should().Be(1);
    }

    [Fact]
    public void Shapes_are_shifted_scaled_and_thick_or_thin_within_the_picture()
    {
        var data = new XAndO(DataSplit.Train, 400, size: 27);
        var sums = new List<float>();
        var middles = new List<double>();
        for (int i = 0; i < data.Count; i++)
        {
            float[] picture = Read(data, i).Picture;
            picture.Should().OnlyContain(v => v >= 0 && v <= 1);
            sums.Add(picture.Sum());
            middles.Add(picture.Select((v, at) => v * ((at / 27) + 0.5)).Sum() / picture.Sum());
        }

        sums.Max().Should().BeGreaterThan(1.5f * sums.Min());

        // The smallest shape reaches 5.25 from its middle and is 2.4 thick, which leaves 7.05 to move in.
        middles.Min().Should().BeInRange(13.5 - 7.1, 13.5 - 3.5);
        middles.Max().Should().BeInRange(13.5 + 3.5, 13.5 + 7.1);
    }

    private static (int Label, float[] Picture) Read(IDataset data, int index)
    {
        var picture = new float[data.SampleShape.ElementCount];
        return (data.Read(index, picture), picture);
    }
}
