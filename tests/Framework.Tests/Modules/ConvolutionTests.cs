using Framework.Errors;
using Framework.Modules;
using Framework.Tensors;

namespace Framework.Tests.Modules;

public sealed class ConvolutionTests
{
    private const double HalfOfTheLastPrintedPlace = 0.005;

    private static readonly Tensor s_five = Tensor.From<float>(
        [1, 2, 3, 4, 5, 2, 1, 0, 1, 2, 3, 0, 1, 1, 0, 1, 4, 1, 1, 2, 2, 1, 1, 0, 0], [1, 1, 5, 5]);

    [Fact]
    public void The_donut_filter_over_an_image_in_a_black_frame_gives_the_printed_map()
    {
        var image = Tensor.From<float>(
            [
                .73f, .86f, .74f, .85f, .99f, .58f, .96f, .25f, .29f, .92f, .25f, .38f, .67f, .16f, .63f, .73f,
                .90f, .99f, .95f, .06f, .56f, .85f, .23f, .84f, 0, .45f, .55f, .28f, .33f, .59f, .69f, .01f,
                .50f, .23f, .03f, .41f, .48f, .23f, .62f, .69f, .85f, .52f, .11f, .95f, .80f, .24f, .03f, .54f,
                .99f, .07f, .69f, .35f, .05f, .15f, .61f, .80f, .03f, .84f, .79f, .52f, .17f, .66f, .73f, .01f,
            ],
            [1, 1, 8, 8]);
        var donut = new Conv2d(1, 1, kernel: 5, padding: 2, bias: false).With(
            "weight", 0, -.2f, -.1f, -.2f, 0, -.2f, .7f, 1, .7f, -.2f, -.1f, 1, -2.5f, 1, -.1f, -.2f, .7f, 1, .7f, -.2f, 0, -.2f, -.1f, -.2f, 0);

        double[] map = Applied.To(image, donut);

        // The image is printed to two places as well, so each of its numbers may be as far off, and enters by a filter's number.
        double largest = HalfOfTheLastPrintedPlace * (1 + donut.Weight.Data.ToArray<double>().Sum(Math.Abs));
        double[] printed = [-.44, 0, .34, -.04, -.58, 1.00, -.92, 1.29, 2.66, 2.03, 3.37, 2.19, 1.18, 3.48, 1.71, .29];
        map.Should().HaveCount(64);
        for (int i = 0; i < printed.Length; i++) map[i].Should().BeApproximately(printed[i], largest, $"of place {i}");
    }

    [Fact]
    public void A_3x3_kernel_over_a_5x5_input_gives_six_nine_eleven_ten_four_four_seven_seven_four()
    {
        var conv = new Conv2d(1, 1, kernel: 3, bias: false).With("weight", 1, 0, 1, 1, 0, 1, 0, 1, 0);

        Applied.To(s_five, conv).Should().Equal(6, 9, 11, 10, 4, 4, 7, 7, 4);
    }

    [Fact]
    public void The_curve_detector_answers_6600_to_its_curve_and_nothing_to_a_patch_without_it()
    {
        var detector = new Conv2d(1, 1, kernel: 7, bias: false).With("weight", Picture(
            ".....A.", "....A..", "...A...", "...A...", "...A...", "...A...", "......."));
        var curve = Patch("......B", "....BBB", "...CB..", "...BB..", "...BB..", "...BB..", "...BB..");
        var other = Patch("BBB....", "BB.....", "BC.....", ".......", "B.....B", "......B", "BBBBBBB");

        Applied.To(curve, detector).Should().Equal((50 * 30 * 3) + (20 * 30) + (50 * 30));
        Applied.To(other, detector).Should().Equal(0);

        static Tensor Patch(params string[] rows) => Tensor.From(Picture(rows), [1, 1, 7, 7]);

        static float[] Picture(params string[] rows) =>
            [.. string.Concat(rows).Select(c => c switch { 'A' => 30f, 'B' => 50f, 'C' => 20f, _ => 0f })];
    }

    [Fact]
    public void Channel_sums_of_308_and_minus_498_and_164_with_bias_1_give_minus_25()
    {
        var conv = new Conv2d(3, 1, kernel: 1).With("weight", 1, 1, 1).With("bias", 1);

        Applied.To(Tensor.From<float>([308, -498, 164], [1, 3, 1, 1]), conv).Should().Equal(-25);
    }

    [Fact]
    public void The_diagonal_feature_over_the_X_gives_the_printed_row()
    {
        double[] map = Applied.To(LettersTests.X, new Conv2d(1, 1, kernel: 3, bias: false).With("weight", 1, -1, -1, -1, 1, -1, -1, -1, 1));

        double[] printed = [.77, -.11, .11, .33, .55, -.11, .33];

        // The deck cuts digits off where it should round.
        for (int i = 0; i < printed.Length; i++) (map[i] / 9).Should().BeApproximately(printed[i], 2 * HalfOfTheLastPrintedPlace);
    }

    [Fact]
    public void True_convolution_turns_the_kernel_around_and_cross_correlation_does_not()
    {
        var correlation = new Conv2d(1, 1, kernel: 3, bias: false).With("weight", 1, 2, 3, 4, 5, 6, 7, 8, 9);
        var convolution = new Conv2d(1, 1, kernel: 3, bias: false, options: new() { TrueConvolution = true })
            .With("weight", 1, 2, 3, 4, 5, 6, 7, 8, 9);
        var turned = new Conv2d(1, 1, kernel: 3, bias: false).With("weight", 9, 8, 7, 6, 5, 4, 3, 2, 1);

        Applied.To(s_five, convolution).Should().Equal(Applied.To(s_five, turned)).And.NotEqual(Applied.To(s_five, correlation));
    }

    [Fact]
    public void True_convolution_of_an_impulse_gives_the_kernel_itself_and_cross_correlation_gives_it_turned()
    {
        var impulse = Tensor.From<float>([0, 0, 0, 0, 1, 0, 0, 0, 0], [1, 1, 3, 3]);
        float[] kernel = [1, 2, 3, 4, 5, 6, 7, 8, 9];

        Applied.To(impulse, Conv(new ConvolutionOptions { TrueConvolution = true })).Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9);
        Applied.To(impulse, Conv(ConvolutionOptions.Default)).Should().Equal(9, 8, 7, 6, 5, 4, 3, 2, 1);

        Conv2d Conv(ConvolutionOptions options) => new Conv2d(1, 1, kernel: 3, padding: 1, bias: false, options: options).With("weight", kernel);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    public void Windows_of_3_over_7_places_are_counted_by_floor(int stride, int places)
    {
        Applied.ShapeAfter(["N", 1, 7, 7], new Conv2d(1, 1, kernel: 3, stride: stride)).ToString().Should().Be($"[N,1,{places},{places}]");
    }

    [Fact]
    public void A_stride_that_does_not_fit_is_refused_where_that_was_asked_for()
    {
        var strict = new ConvolutionOptions { ExactFit = true };

        Applied.ShapeAfter(["N", 1, 7, 7], new Conv2d(1, 1, kernel: 3, stride: 2, options: strict)).ToString().Should().Be("[N,1,3,3]");
        FluentActions.Invoking(() => Applied.ShapeAfter(["N", 1, 7, 7], new Conv2d(1, 1, kernel: 3, stride: 3, options: strict)))
            .Should().Throw<ShapeException>().WithMessage("*windows of 3 at every 3th place do not fit 7 places*");
    }

    [Theory]
    [InlineData(PaddingMode.Zeros, 0, 0)]
    [InlineData(PaddingMode.Reflect, 2, 2)]
    [InlineData(PaddingMode.Replicate, 1, 3)]
    [InlineData(PaddingMode.Circular, 3, 1)]
    public void Padding_need_not_be_zeros(PaddingMode mode, double before, double after)
    {
        // The first filter looks one place back, the second forward.
        var conv = new Conv1d(1, 2, kernel: 3, padding: 1, bias: false, options: new() { Padding = mode }).With("weight", 1, 0, 0, 0, 0, 1);

        Applied.To(Tensor.From<float>([1, 2, 3], [1, 1, 3]), conv).Should().Equal(before, 1, 2, 2, 3, after);
    }

    [Fact]
    public void Channels_that_do_not_divide_into_groups_are_refused()
    {
        FluentActions.Invoking(() => new Conv2d(3, 4, kernel: 1, groups: 2))
            .Should().Throw<UsageException>().WithMessage("Conv2d: 3 and 4 channels*2 groups*");
    }

    [Fact]
    public void Convolutions_of_one_and_three_axes_have_torch_s_weight_shapes()
    {
        new Conv1d(6, 4, kernel: 5, groups: 2).Weight.Shape.ToString().Should().Be("[4,3,5]");
        new Conv3d(3, 4, kernel: (1, 2, 3)).Weight.Shape.ToString().Should().Be("[4,3,1,2,3]");
        Applied.ShapeAfter(["N", 3, 4, 5, 6], new Conv3d(3, 4, kernel: (1, 2, 3), stride: (1, 1, 2), padding: (0, 1, 1)))
            .ToString().Should().Be("[N,4,4,6,3]");
        Applied.ShapeAfter(["N", 6, "T"], new Conv1d(6, 4, kernel: 5)).ToString().Should().Be("[N,4,((T-5)+1)]");
    }

    [Fact]
    public void Depthwise_dilated_and_strided_convolution_see_what_they_say()
    {
        var x = Tensor.From<float>([1, 2, 3, 4, 5, 10, 20, 30, 40, 50], [1, 2, 5]);

        Applied.To(x, new Conv1d(2, 2, kernel: 2, groups: 2, bias: false).With("weight", 1, 1, 1, -1)).Should().Equal(3, 5, 7, 9, -10, -10, -10, -10);
        Applied.To(x, new Conv1d(2, 1, kernel: 2, dilation: 3, bias: false).With("weight", 1, 1, 0, 0)).Should().Equal(5, 7);
        Applied.To(x, new Conv1d(2, 1, kernel: 2, stride: 2, bias: false).With("weight", 0, 0, 1, 0)).Should().Equal(10, 30);
    }
}
