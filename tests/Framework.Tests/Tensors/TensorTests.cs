using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Tensors;

public class TensorTests
{
    [Fact]
    public void A_shape_counts_its_axes_and_its_elements()
    {
        Shape shape = [2, 3, 4];

        shape.Rank.Should().Be(3);
        shape.ElementCount.Should().Be(24);
        shape.Strides().Should().Equal(12, 4, 1);
        ((int[])[.. shape]).Should().Equal([2, 3, 4], "a spread must see the extents, not as many as there are elements");
        Shape.Scalar.ElementCount.Should().Be(1);
    }

    [Fact]
    public void A_shape_with_an_empty_axis_holds_nothing_however_large_the_others_are()
    {
        new Shape(1 << 20, 1 << 20, 0).ElementCount.Should().Be(0);
        new Shape(0, 1 << 20, 1 << 20).ElementCount.Should().Be(0);
    }

    [Theory]
    [InlineData(1 << 16, 1 << 15)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_shape_of_more_elements_than_a_span_can_see_is_refused(int rows, int columns)
    {
        var act = () => new Shape(rows, columns);
        act.Should().Throw<ShapeException>().WithMessage("*2,147,483,647*");
    }

    [Fact]
    public void Storage_starts_at_a_cache_line()
    {
        for (int length = 1; length < 40; length++) (Address(new Tensor(ElementType.Float32, [length])) % Storage.Alignment).Should().Be(0);
    }

    [Fact]
    public void Slices_and_reshapes_share_memory()
    {
        var tensor = Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], [3, 2]);

        tensor.Slice(1, 2).Reshape([4]).AsSpan<float>()[0] = 30;

        tensor.AsSpan<float>().ToArray().Should().Equal(1, 2, 30, 4, 5, 6);
    }

    [Fact]
    public void A_tensor_is_not_read_as_another_type()
    {
        var act = () => new Tensor(ElementType.Float32, [2]).AsSpan<int>().Length;
        act.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_view_outside_its_storage_is_refused()
    {
        var storage = new ManagedStorage(16);
        var act = () => new Tensor(ElementType.Float32, [4], storage, 4);
        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Conversion_truncates_floats_and_takes_all_but_zero_for_true()
    {
        var floats = Tensor.From([1.9f, -1.9f, 0f], [3]);

        floats.To(ElementType.Int64).AsSpan<long>().ToArray().Should().Equal(1, -1, 0);
        floats.To(ElementType.Bool).AsSpan<bool>().ToArray().Should().Equal(true, true, false);
        floats.To(ElementType.Bool).To(ElementType.Float64).AsSpan<double>().ToArray().Should().Equal(1, 1, 0);
    }

    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(1.00390625f, 0x3F80)]
    [InlineData(1.01171875f, 0x3F82)]
    [InlineData(float.PositiveInfinity, 0x7F80)]
    public void A_bfloat16_is_the_nearest_with_ties_to_even(float value, int bits) => ((BFloat16)value).Bits.Should().Be((ushort)bits);

    [Fact]
    public void A_bfloat16_keeps_not_a_number() => float.IsNaN((float)(BFloat16)float.NaN).Should().BeTrue();

    [Fact]
    public void Random_numbers_by_place_are_those_in_sequence()
    {
        var sequence = new CounterRandom(5, 6);
        ulong key = CounterRandom.Key(5, 6);
        for (int i = 0; i < 20; i++) sequence.NextUInt64().Should().Be(CounterRandom.Bits(key, i));
    }

    [Fact]
    public void Normal_numbers_have_mean_0_and_deviation_1()
    {
        const int Count = 100_000;
        var random = new CounterRandom(1);
        double sum = 0, squares = 0;
        for (int i = 0; i < Count; i++)
        {
            double x = random.NextNormal();
            sum += x;
            squares += x * x;
        }

        // Five standard errors: 1 / sqrt(n) of the mean, sqrt(2 / n) of the variance.
        (sum / Count).Should().BeApproximately(0, 5 / Math.Sqrt(Count));
        (squares / Count).Should().BeApproximately(1, 5 * Math.Sqrt(2.0 / Count));
    }

    private static unsafe nint Address(Tensor tensor) => (nint)tensor.Pointer;
}
