using Framework.Errors;
using Framework.Modules;
using Framework.Tensors;

namespace Framework.Tests.Modules;

/// <summary>Unshared and tiled convolution against the loops that define them; whole numbers, so exactly.</summary>
public sealed class UnusualConvolutionTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    public void Unshared_convolution_has_weights_for_every_place(int stride, int padding)
    {
        var layer = new LocallyConnected2d(3, 2, input: (5, 6), kernel: (3, 2), stride, padding).WithWholeNumbers();
        var x = Applied.Whole(2, 3, 5, 6);

        var y = Applied.Whole(x, layer);

        var (rows, columns) = (layer.Output.Height, layer.Output.Width);
        y.Shape.Should().Equal(2, 2, rows, columns);
        var bias = layer.Parameters().Single(p => p.Name == "bias").Data.ToArray<double>();
        y.ToArray<double>().Should().Equal(Naive(x, 2, rows, columns, (3, 2), stride, padding,
            (m, c, i, j, row, column) => ((((((((((m * 3) + c) * 3) + i) * 2) + j) * rows) + row) * columns) + column), layer.Weight,
            (m, row, column) => bias[(((m * rows) + row) * columns) + column]));
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 0)]
    [InlineData(2, 1, 1)]
    [InlineData(3, 2, 1)]
    public void Tiled_convolution_uses_its_filters_in_turn(int tile, int stride, int padding)
    {
        var layer = new TiledConv2d(3, 2, kernel: (3, 2), tile, stride, padding).WithWholeNumbers();
        var x = Applied.Whole(2, 3, 8, 9);

        var y = Applied.Whole(x, layer);

        int rows = ((8 + (2 * padding) - 3) / stride) + 1, columns = ((9 + (2 * padding) - 2) / stride) + 1;
        y.Shape.Should().Equal(2, 2, rows, columns);
        var bias = layer.Parameters().Single(p => p.Name == "bias").Data.ToArray<double>();
        y.ToArray<double>().Should().Equal(Naive(x, 2, rows, columns, (3, 2), stride, padding,
            (m, c, i, j, row, column) => ((((((((((row % tile) * tile) + (column % tile)) * 2) + m) * 3) + c) * 3) + i) * 2) + j, layer.Weight,
            (m, row, column) => bias[((((row % tile) * tile) + (column % tile)) * 2) + m]));
    }

    [Fact]
    public void A_tile_of_one_is_convolution()
    {
        var x = Applied.Whole(1, 3, 6, 6);
        var weight = Applied.Whole(1, 1, 2, 3, 3, 3);
        var tiled = new TiledConv2d(3, 2, kernel: 3, tile: 1, padding: 1, bias: false);
        tiled.Weight.Load(weight);
        var plain = new Conv2d(3, 2, kernel: 3, padding: 1, bias: false);
        plain.Weight.Load(weight.Reshape([2, 3, 3, 3]));

        Applied.To(x, tiled).Should().Equal(Applied.To(x, plain));
    }

    [Fact]
    public void A_tile_as_large_as_the_output_is_unshared_convolution()
    {
        var x = Applied.Whole(1, 2, 5, 5);
        var tiled = new TiledConv2d(2, 3, kernel: 3, tile: 3, bias: false).WithWholeNumbers();
        var unshared = new LocallyConnected2d(2, 3, input: 5, kernel: 3, bias: false);
        var (from, to) = (tiled.Weight.Data.ToArray<float>(), new float[unshared.Weight.Shape.ElementCount]);
        for (int set = 0; set < 9; set++)
        {
            for (int rest = 0; rest < to.Length / 9; rest++) to[(rest * 9) + set] = from[(set * (to.Length / 9)) + rest];
        }

        unshared.Weight.Load(Tensor.From(to, unshared.Weight.Shape));

        Applied.To(x, unshared).Should().Equal(Applied.To(x, tiled));
    }

    [Fact]
    public void Memory_of_tiled_convolution_grows_with_the_tile_and_of_unshared_with_the_image()
    {
        new TiledConv2d(3, 4, kernel: 3, tile: 2).Weight.Shape.ElementCount.Should().Be(4 * 108);
        new LocallyConnected2d(3, 4, input: 34, kernel: 3).Weight.Shape.ElementCount.Should().Be(32 * 32 * 108);
        new Conv2d(3, 4, kernel: 3).Weight.Shape.ElementCount.Should().Be(108);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 1, 0)]
    [InlineData(3, 1, 2)]
    public void Transposed_convolution_puts_a_filter_into_the_output_for_every_place(int stride, int padding, int outputPadding)
    {
        var layer = new ConvTranspose2d(2, 3, kernel: 3, stride, padding, outputPadding, bias: false).WithWholeNumbers();
        var x = Applied.Whole(1, 2, 4, 4);
        int side = ((4 - 1) * stride) - (2 * padding) + 3 + outputPadding;
        double[] input = x.ToArray<double>(), weights = layer.Weight.Data.ToArray<double>(), expected = new double[3 * side * side];
        for (int i = 0; i < input.Length * 27; i++)
        {
            var (place, m, tap) = (i / 27, i % 27 / 9, i % 9);
            int row = (place / 4 % 4 * stride) + (tap / 3) - padding, column = (place % 4 * stride) + (tap % 3) - padding;
            if (row < 0 || column < 0 || row >= side || column >= side) continue;
            expected[(((m * side) + row) * side) + column] += input[place] * weights[(((place / 16 * 3) + m) * 9) + tap];
        }

        var y = Applied.Whole(x, layer);

        y.Shape.Should().Equal(1, 3, side, side);
        y.ToArray<double>().Should().Equal(expected);
    }

    [Fact]
    public void A_window_larger_than_the_image_is_refused()
    {
        FluentActions.Invoking(() => new LocallyConnected2d(1, 1, input: 4, kernel: 5)).Should().Throw<ShapeException>().WithMessage("*window of 5*");
        FluentActions.Invoking(() => Applied.ShapeAfter(["N", 1, 4, 4], new TiledConv2d(1, 1, kernel: 5, tile: 2)))
            .Should().Throw<ShapeException>().WithMessage("*window of 5*");
    }

    private static IEnumerable<double> Naive(
        Tensor x, int outputs, int rows, int columns, (int Height, int Width) kernel, int stride, int padding,
        Func<int, int, int, int, int, int, int> weightAt, Parameter weight, Func<int, int, int, double> bias)
    {
        var (input, weights, shape) = (x.ToArray<double>(), weight.Data.ToArray<double>(), x.Shape);
        for (int n = 0; n < shape[0]; n++)
        {
            for (int m = 0; m < outputs; m++)
            {
                for (int place = 0; place < rows * columns; place++)
                {
                    var (row, column) = (place / columns, place % columns);
                    double sum = bias(m, row, column);
                    for (int c = 0; c < shape[1]; c++)
                    {
                        for (int tap = 0; tap < kernel.Height * kernel.Width; tap++)
                        {
                            var (i, j) = (tap / kernel.Width, tap % kernel.Width);
                            var (h, w) = ((row * stride) - padding + i, (column * stride) - padding + j);
                            if (h < 0 || w < 0 || h >= shape[2] || w >= shape[3]) continue;
                            sum += input[(((((n * shape[1]) + c) * shape[2]) + h) * shape[3]) + w] * weights[weightAt(m, c, i, j, row, column)];
                        }
                    }

                    yield return sum;
                }
            }
        }
    }
}
