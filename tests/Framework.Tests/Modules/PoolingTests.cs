using Framework.Errors;
using Framework.Modules;
using Framework.Tensors;

namespace Framework.Tests.Modules;

public sealed class PoolingTests
{
    private static readonly Tensor s_four = Tensor.From<float>([1, 1, 2, 4, 5, 6, 7, 8, 3, 2, 1, 0, 1, 2, 3, 4], [1, 1, 4, 4]);

    [Fact]
    public void The_maximum_of_each_quarter_is_6_8_3_4() => Applied.To(s_four, new MaxPool2d(2)).Should().Equal(6, 8, 3, 4);

    [Fact]
    public void The_mean_of_each_quarter_is_3_and_a_quarter_5_and_a_quarter_2_2() =>
        Applied.To(s_four, new AvgPool2d(2)).Should().Equal(3.25, 5.25, 2, 2);

    [Fact]
    public void Padding_counts_in_a_mean_as_in_torch() =>
        Applied.To(Tensor.From<float>([9, 9, 9, 9], [1, 1, 2, 2]), new AvgPool2d(3, stride: 2, padding: 1)).Should().Equal(4);

    [Fact]
    public void A_ceiling_keeps_the_rest()
    {
        Applied.ShapeAfter(["N", 1, 7, 7], new MaxPool2d(2, ceilMode: true)).ToString().Should().Be("[N,1,4,4]");
        Applied.ShapeAfter(["N", 1, 7, 7], new MaxPool2d(2)).ToString().Should().Be("[N,1,3,3]");
        Applied.To(Tensor.From<float>([1, 2, 3], [1, 1, 3]), new MaxPool1d(2, ceilMode: true)).Should().Equal(2, 3);
    }

    [Fact]
    public void Adaptive_pooling_leaves_maps_of_the_wanted_size_alone_and_divides_where_it_can()
    {
        new AdaptiveAvgPool2d(7).Trace(["N", 3, 7, 7]).Nodes.Should().BeEmpty();
        new AdaptiveAvgPool2d(2).Trace(["N", 3, 8, 6]).Nodes.Should().ContainSingle().Which.Operator.Name.Should().Be("AveragePool");
        new AdaptiveAvgPool2d(1).Trace(["N", 3, "H", "W"]).Nodes.Should().ContainSingle().Which.Operator.Name.Should().Be("GlobalAveragePool");
    }

    [Theory]
    [InlineData(14, 14, 4, 4)]
    [InlineData(5, 7, 3, 2)]
    [InlineData(2, 1, 7, 7)]
    [InlineData(8, 6, 2, 3)]
    public void Adaptive_pooling_is_the_mean_from_floor_to_ceiling(int height, int width, int rows, int columns)
    {
        var x = Applied.Whole(2, 3, height, width);
        double[] image = x.ToArray<double>(), expected = new double[6 * rows * columns];
        for (int i = 0; i < expected.Length; i++)
        {
            int channel = i / (rows * columns), row = i / columns % rows, column = i % columns, count = 0;
            for (int h = row * height / rows; h < Math.Ceiling((row + 1.0) * height / rows); h++)
            {
                for (int w = column * width / columns; w < Math.Ceiling((column + 1.0) * width / columns); w++, count++)
                    expected[i] += image[(((channel * height) + h) * width) + w];
            }

            expected[i] /= count;
        }

        var pooled = Applied.Whole(x, new AdaptiveAvgPool2d((rows, columns)));

        pooled.Shape.Should().Equal(2, 3, rows, columns);
        pooled.ToArray<double>().Should().Equal(expected);
    }

    [Fact]
    public void Adaptive_pooling_of_an_image_of_open_size_is_refused()
    {
        FluentActions.Invoking(() => new AdaptiveAvgPool2d(7).Trace(["N", 3, "H", "W"]))
            .Should().Throw<ShapeException>().WithMessage("*known height and width*");
    }
}
