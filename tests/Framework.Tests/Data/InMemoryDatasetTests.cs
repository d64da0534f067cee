using Framework.Data;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data;

public class InMemoryDatasetTests
{
    private static readonly string[] s_classes = ["a", "b"];

    [Fact]
    public void Every_byte_is_read_as_itself_over_255()
    {
        var all = Tensor.From([.. Enumerable.Range(0, 256).Select(b => (byte)b)], [1, 256]);
        var sample = new float[256];
        new InMemoryDataset(all, Tensor.From([0L], [1]), s_classes).Read(0, sample);
        for (int b = 0; b < 256; b++) sample[b].Should().Be(b / 255f);
    }

    [Fact]
    public void Floats_are_read_as_they_are()
    {
        var data = new InMemoryDataset(Tensor.From([1f, -2f, 3f, 4.5f], [2, 2]), Tensor.From([1, 0], [2]), s_classes);
        var sample = new float[2];
        data.Read(1, sample).Should().Be(0);
        sample.Should().Equal(3f, 4.5f);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var samples = new Tensor(ElementType.Float32, [2, 3]);
        Action tooFew = () => _ = new InMemoryDataset(samples, Tensor.From([0L], [1]), s_classes);
        Action noIntegers = () => _ = new InMemoryDataset(samples, Tensor.From([0f, 0f], [2]), s_classes);
        Action otherType = () => _ = new InMemoryDataset(samples.To(ElementType.Float64), Tensor.From([0L, 0L], [2]), s_classes);
        Action outside = () => _ = new InMemoryDataset(samples, Tensor.From([0L, 2L], [2]), s_classes);
        Action negative = () => _ = new InMemoryDataset(samples, Tensor.From([0L, -1L], [2]), s_classes);
        tooFew.Should().Throw<ShapeException>();
        noIntegers.Should().Throw<ShapeException>();
        otherType.Should().Throw<ShapeException>();
        outside.Should().Throw<DataFormatException>().WithMessage("*label 2 of sample 1*");
        negative.Should().Throw<DataFormatException>().WithMessage("*label -1 of sample 1*");
    }

    [Fact]
    public void A_wrong_index_or_length_is_a_programming_error()
    {
        var data = new InMemoryDataset(new Tensor(ElementType.Float32, [2, 3]), Tensor.From([0L, 0L], [2]), s_classes);
        Action before = () => data.Read(-1, new float[3]);
        Action behind = () => data.Read(2, new float[3]);
        Action length = () => data.Read(0, new float[4]);
        before.Should().Throw<ArgumentOutOfRangeException>();
        behind.Should().Throw<ArgumentOutOfRangeException>();
        length.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_subset_has_the_chosen_samples_in_the_chosen_order()
    {
        var data = new InMemoryDataset(Tensor.From([10f, 11f, 12f, 13f], [4, 1]), Tensor.From([0L, 1L, 0L, 1L], [4]), s_classes);
        var subset = new Subset(data, [3, 0, 3]);
        var sample = new float[1];
        var seen = Enumerable.Range(0, subset.Count).Select(i => (Label: subset.Read(i, sample), Value: sample[0])).ToArray();
        seen.Should().Equal((1, 13f), (0, 10f), (1, 13f));
        Subset.Range(data, 1, 2).Read(1, sample).Should().Be(0);
        sample[0].Should().Be(12f);
        Action outside = () => _ = new Subset(data, [4]);
        outside.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Statistics_are_those_of_the_population_by_channel()
    {
        // Two samples of two channels: 0 2 | 5 5 and 4 6 | 5 5.
        var data = new InMemoryDataset(Tensor.From([0f, 2f, 5f, 5f, 4f, 6f, 5f, 5f], [2, 2, 2]), Tensor.From([0L, 1L], [2]), s_classes);
        var statistics = ChannelStatistics.Of(data);
        statistics.Mean.Should().Equal(3f, 5f);
        statistics.Deviation.Should().Equal(MathF.Sqrt(5), 0f);
    }
}
