using Framework.Threading;

namespace Framework.Tests.Threading;

public sealed class EvenSplitTests
{
    [Fact]
    public void Parts_cover_the_length_in_order_and_differ_by_one_at_most()
    {
        for (int length = 1; length <= 60; length++)
        {
            for (int largest = 1; largest <= 20; largest++)
            {
                var split = new EvenSplit(length, largest);
                var lengths = Enumerable.Range(0, split.Parts).Select(split.Length).ToArray();
                lengths.Sum().Should().Be(length);
                lengths.Max().Should().Be(split.Longest).And.BeLessThanOrEqualTo(largest);
                (lengths.Max() - lengths.Min()).Should().BeLessThanOrEqualTo(1);
                split.Parts.Should().Be((int)Math.Ceiling((double)length / largest));
                for (int part = 0; part < split.Parts; part++) split.Start(part + 1).Should().Be(split.Start(part) + split.Length(part));
            }
        }
    }

    [Fact]
    public void Nothing_cannot_be_cut() => FluentActions.Invoking(() => new EvenSplit(0, 1)).Should().Throw<ArgumentOutOfRangeException>();
}
