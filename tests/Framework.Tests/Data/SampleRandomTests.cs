using Framework.Data;

namespace Framework.Tests.Data;

public class SampleRandomTests
{
    [Fact]
    public void The_bits_are_those_of_SplitMix64()
    {
        // First outputs of the published generator for the state 0.
        var random = new SampleRandom(0);
        random.NextUInt64().Should().Be(0xE220A8397B1DCDAF);
        random.NextUInt64().Should().Be(0x6E789E6AA1B965F4);
        random.NextUInt64().Should().Be(0x06C45D188009454F);
    }

    [Fact]
    public void A_child_does_not_depend_on_what_was_drawn()
    {
        var fresh = new SampleRandom(5);
        var used = new SampleRandom(5);
        used.NextUInt64();
        used.Child(3).NextUInt64().Should().Be(fresh.Child(3).NextUInt64());
    }

    [Fact]
    public void Children_differ_from_each_other_and_from_their_parent()
    {
        var parent = new SampleRandom(5);
        var firsts = Enumerable.Range(0, 10_000).Select(i => parent.Child((ulong)i).NextUInt64()).Append(parent.NextUInt64());
        firsts.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Draws_are_spread_evenly()
    {
        const int Bins = 10, Draws = 100_000;
        double sixDeviations = 6 * Math.Sqrt(Draws * (1.0 / Bins) * (1 - (1.0 / Bins))); // of a binomial count
        var random = new SampleRandom(11);
        var integers = new int[Bins];
        var floats = new int[Bins];
        for (int i = 0; i < Draws; i++)
        {
            integers[random.NextInt(Bins)]++;
            float unit = random.NextSingle();
            unit.Should().BeInRange(0f, 1f).And.NotBe(1f);
            floats[(int)(unit * Bins)]++;
        }

        integers.Should().OnlyContain(n => Math.Abs(n - (Draws / Bins)) < sixDeviations);
        floats.Should().OnlyContain(n => Math.Abs(n - (Draws / Bins)) < sixDeviations);
    }

    [Fact]
    public void A_bound_must_be_positive()
    {
        Action zero = () => new SampleRandom(1).NextInt(0);
        zero.Should().Throw<ArgumentOutOfRangeException>();
    }
}
