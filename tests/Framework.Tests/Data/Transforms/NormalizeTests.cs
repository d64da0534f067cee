using Framework.Data;
using Framework.Data.Transforms;
using Framework.Errors;

namespace Framework.Tests.Data.Transforms;

public class NormalizeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(33)]
    [InlineData(784)]
    public void Each_channel_has_its_own_pair(int plane)
    {
        float[] source = [.. Enumerable.Range(0, 2 * plane).Select(i => i / 255f)];
        var target = new float[2 * plane];
        var random = new SampleRandom(0);
        new Normalize(new ChannelStatistics([0.5f, 0.1f], [0.25f, 3f])).Apply(source, [2, 1, plane], target, ref random);
        for (int i = 0; i < plane; i++)
        {
            target[i].Should().Be((source[i] - 0.5f) / 0.25f);
            target[plane + i].Should().Be((source[plane + i] - 0.1f) / 3f);
        }
    }

    [Fact]
    public void One_pair_serves_all_channels()
    {
        var normalize = new Normalize(0.5f, 2f);
        normalize.ShapeAfter([3, 1, 1]).Should().Equal(3, 1, 1);
        var target = new float[3];
        var random = new SampleRandom(0);
        normalize.Apply([0.5f, 1.5f, 2.5f], [3, 1, 1], target, ref random);
        target.Should().Equal(0f, 0.5f, 1f);
    }

    [Fact]
    public void Another_number_of_channels_is_refused()
    {
        var normalize = new Normalize(new ChannelStatistics([0f, 0f, 0f], [1f, 1f, 1f]));
        Action grey = () => normalize.ShapeAfter([1, 28, 28]);
        grey.Should().Throw<ShapeException>().WithMessage("Normalize: *[1,28,28]*3 channels*");
    }

    [Fact]
    public void Pairs_must_be_pairs_and_deviations_positive()
    {
        Action unpaired = () => _ = new Normalize(new ChannelStatistics([0f, 0f], [1f]));
        Action zero = () => _ = new Normalize(0f, 0f);
        Action notANumber = () => _ = new Normalize(0f, float.NaN);
        unpaired.Should().Throw<ArgumentException>();
        zero.Should().Throw<ArgumentException>();
        notANumber.Should().Throw<ArgumentException>();
    }
}
