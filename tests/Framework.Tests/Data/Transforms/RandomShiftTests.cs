using Framework.Data;
using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data.Transforms;

public class RandomShiftTests
{
    private static readonly Shape s_shape = [2, 3, 4];

    [Fact]
    public void Every_shift_comes_and_moves_all_channels_alike()
    {
        float[] source = [.. Enumerable.Range(1, s_shape.ElementCount)];
        var seen = new HashSet<(int Down, int Right)>();
        for (ulong key = 0; key < 400; key++)
        {
            var target = Shifted(source, new RandomShift(1), key);
            var all = from down in (int[])[-1, 0, 1] from right in (int[])[-1, 0, 1] where target.SequenceEqual(Expected(source, down, right)) select (down, right);
            seen.Add(all.Should().ContainSingle().Subject);
        }

        seen.Should().HaveCount(9);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    public void A_picture_may_be_moved_out_altogether(int most)
    {
        float[] source = [.. Enumerable.Repeat(1f, s_shape.ElementCount)];
        var sums = Enumerable.Range(0, 400).Select(key => Shifted(source, new RandomShift(most), (ulong)key).Sum()).ToArray();
        sums.Should().Contain(0).And.Contain(sum => sum > 0);
    }

    [Fact]
    public void The_same_chance_gives_the_same_shift() =>
        Shifted([.. Enumerable.Range(1, 24)], new RandomShift(2), 5).Should().Equal(Shifted([.. Enumerable.Range(1, 24)], new RandomShift(2), 5));

    [Fact]
    public void What_is_no_picture_is_refused()
    {
        Action act = () => new RandomShift(2).ShapeAfter([784]);
        act.Should().Throw<ShapeException>().WithMessage("RandomShift: *[784]*");
        new RandomShift(2).ShapeAfter([1, 28, 28]).Should().Equal(1, 28, 28);
    }

    private static float[] Shifted(float[] source, RandomShift shift, ulong key)
    {
        var target = Enumerable.Repeat(float.NaN, source.Length).ToArray();
        var random = new SampleRandom(key);
        shift.Apply(source, s_shape, target, ref random);
        return target;
    }

    private static float[] Expected(float[] source, int down, int right)
    {
        var target = new float[source.Length];
        for (int c = 0; c < 2; c++)
        {
            for (int row = 0; row < 3; row++)
            {
                for (int column = 0; column < 4; column++)
                {
                    int fromRow = row - down, fromColumn = column - right;
                    if (fromRow is >= 0 and < 3 && fromColumn is >= 0 and < 4)
                        target[(((c * 3) + row) * 4) + column] = source[(((c * 3) + fromRow) * 4) + fromColumn];
                }
            }
        }

        return target;
    }
}
