using Framework.Kernels.Convolution;
using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Kernels.Winograd;
using Framework.Tests.Kernels.Convolution;
using Framework.Threading;

namespace Framework.Tests.Kernels.Winograd;

/// <summary>Every kernel of the three lists that this process can run, against the definitions.</summary>
public sealed class WinogradKernelTests
{
    /// <summary>Additions of bias and residual, and the rounding of the definition's own result.</summary>
    private const int FusedTerms = 3;

    public static TheoryData<string> Forwards => Names(WinogradKernels.Forward);

    public static TheoryData<string> InputGradients => Names(WinogradKernels.InputGradient);

    public static TheoryData<string> WeightGradients => Names(WinogradKernels.WeightGradient);

    /// <summary>Neither relu nor bias: what is bounded is the sum.</summary>
    private static ConvolutionProblem[] RealProblems(int side) =>
    [
        new(2, 70, 40, Extents.Of(15, 17), Extents.Of(side, side)) { PadBegin = Padding.Of(1, 1), PadEnd = Padding.Of(1, 1) },
        new(1, 5, 18, Extents.Of(30, 31), Extents.Of(side, side)) { PadEnd = Padding.Of(2, 1) },
    ];

    [Theory]
    [MemberData(nameof(Forwards))]
    public void Outputs_of_whole_numbers_round_to_the_definitions(string name) =>
        CheckWhole(Find(WinogradKernels.Forward, name), (kernel, data, pool, end) => data.Forward(kernel, pool, end), data => data.ExpectedOutput);

    [Theory]
    [MemberData(nameof(InputGradients))]
    public void Input_gradients_of_whole_numbers_round_to_the_definitions(string name) => CheckWhole(
        Find(WinogradKernels.InputGradient, name),
        (kernel, data, pool, end) => data.InputGradient(kernel, pool, end),
        data => data.ExpectedInputGradient);

    [Theory]
    [MemberData(nameof(WeightGradients))]
    public void Weight_gradients_of_whole_numbers_round_to_the_definitions(string name) => CheckWhole(
        Find(WinogradKernels.WeightGradient, name),
        (kernel, data, pool, end) => data.WeightGradient(kernel, pool, end),
        data => data.ExpectedWeightGradient);

    [Theory]
    [MemberData(nameof(Forwards))]
    public void Outputs_are_within_the_bound_of_their_transforms_and_the_same_at_any_number_of_threads(string name) => CheckReal(
        Find(WinogradKernels.Forward, name),
        (kernel, data, pool) => data.Forward(kernel, pool, GuardedEnd.End),
        data => data.ExpectedOutput,
        (p, data) => WinogradMagnitudes.Of(name).Forward(p, data.Input, data.Weights),
        p => p.InputChannels);

    [Theory]
    [MemberData(nameof(WeightGradients))]
    public void Weight_gradients_are_within_the_bound_of_their_transforms_and_the_same_at_any_number_of_threads(string name) => CheckReal(
        Find(WinogradKernels.WeightGradient, name),
        (kernel, data, pool) => data.WeightGradient(kernel, pool, GuardedEnd.End),
        data => data.ExpectedWeightGradient,
        (p, data) => WinogradMagnitudes.Of(name).WeightGradient(p, data.Input, data.OutputGradient),
        p => p.Batch * p.Output.Volume);

    [Fact]
    public void What_no_form_takes_is_refused_with_the_reason()
    {
        foreach (var kernel in WinogradKernels.Forward)
        {
            var filter = Extents.Of(FilterSide(kernel.Name), FilterSide(kernel.Name));
            var problem = new ConvolutionProblem(1, 4, 6, Extents.Of(5, 5), filter);
            kernel.Refusal(problem).Should().BeNull();
            kernel.Refusal(problem with { Stride = Extents.Of(2, 1) }).Should().Be("the stride is 2x1, not 1.");
            kernel.Refusal(problem with { Dilation = Extents.Of(1, 2) }).Should().Be("the dilation is 1x2, not 1.");
            kernel.Refusal(problem with { Groups = 2 }).Should().Be("there are 2 groups, not 1.");
            kernel.Refusal(new ConvolutionProblem(1, 4, 6, Extents.Of(5, 5), Extents.Of(1, 3))).Should().Be($"a filter is 1x3, not {filter}.");
            kernel.Refusal(new ConvolutionProblem(1, 4, 6, new Extents(2, 5, 5), filter)).Should().Be("it has three spatial axes.");
        }
    }

    private static TheoryData<string> Names(IEnumerable<ConvolutionKernel> list) => new(list.Where(k => k.Set.IsSupported).Select(k => k.Name));

    private static int FilterSide(string name) => name.Contains(Form2Of5.Name, StringComparison.Ordinal) ? Form2Of5.FilterSide : Form4.FilterSide;

    private static TKernel Find<TKernel>(IReadOnlyList<TKernel> list, string name)
        where TKernel : ConvolutionKernel => list.First(k => k.Name == name);

    /// <summary>
    /// Small extents with every remainder by the tiles, channels of every remainder by the blocks, pads up to beyond the filter; and so many tiles
    /// or channels that each way to share the work among threads is taken.
    /// </summary>
    private static IEnumerable<ConvolutionProblem> Problems(int lanes, int side)
    {
        var filter = Extents.Of(side, side);
        var ring = Padding.Of(side / 2, side / 2);
        for (int extent = 1; extent <= 14; extent++)
        {
            yield return new(1 + (extent % 2), 3, lanes + 1, Extents.Of(extent, 15 - extent), filter)
            {
                PadBegin = ring,
                PadEnd = ring,
                HasBias = extent % 2 == 0,
                HasResidual = extent % 3 == 0,
                Activation = (FusedActivation)(extent % 2),
            };
        }

        for (int channels = 1; channels <= (2 * lanes) + 1; channels++)
        {
            yield return new(1, channels, (4 * lanes) + 2 - channels, Extents.Of(6, 5), filter) { HasBias = true };
            yield return new(1, 2, channels, Extents.Of(5, 7), filter) { PadBegin = Padding.Of(0, 1), HasBias = true, HasResidual = true };
        }

        for (int pad = 0; pad <= 4; pad++)
            yield return new(2, lanes, 5, Extents.Of(side + 1, 6), filter) { PadBegin = Padding.Of(pad, 4 - pad), PadEnd = Padding.Of(2, pad) };

        yield return new(3, lanes + 2, (2 * lanes) + 1, Extents.Of(29, 18), filter) { PadBegin = ring, PadEnd = ring, HasBias = true, HasResidual = true };
        yield return new(2, 5, 3, Extents.Of(70, 61), filter) { PadBegin = ring, PadEnd = ring, Activation = FusedActivation.Relu };
        yield return new(1, 190, 170, Extents.Of(14, 7), filter) { PadBegin = ring, PadEnd = ring, HasBias = true };
    }

    private static void CheckWhole<TKernel>(
        TKernel kernel, Func<TKernel, ConvolutionData, WorkerPool, GuardedEnd, float[]> run, Func<ConvolutionData, NaiveConvolution.Sums> expected)
        where TKernel : ConvolutionKernel
    {
        int taken = 0;
        foreach (var problem in ConvolutionCases.All(kernel.Set.Width).Concat(Problems(kernel.Set.Width, FilterSide(kernel.Name))))
        {
            if (kernel.Refusal(problem) is not null) continue;
            var data = ConvolutionData.Whole(problem);
            float[] actual = run(kernel, data, KernelSets.TwoThreads, taken++ % 2 == 0 ? GuardedEnd.End : GuardedEnd.Start);
            double[] values = expected(data).Values;
            for (int i = 0; i < values.Length; i++)
            {
                if (Math.Round(actual[i]) != values[i]) Assert.Fail($"{kernel.Name}, {problem}: [{i}] is {actual[i]}, not {values[i]}.");
            }
        }

        taken.Should().BeGreaterThan(Problems(kernel.Set.Width, FilterSide(kernel.Name)).Count());
    }

    private static void CheckReal<TKernel>(
        TKernel kernel,
        Func<TKernel, ConvolutionData, WorkerPool, float[]> run,
        Func<ConvolutionData, NaiveConvolution.Sums> expected,
        Func<ConvolutionProblem, ConvolutionData, double[]> magnitudes,
        Func<ConvolutionProblem, int> terms)
        where TKernel : ConvolutionKernel
    {
        foreach (var problem in RealProblems(FilterSide(kernel.Name)))
        {
            var data = ConvolutionData.Real(problem);
            float[] actual = run(kernel, data, KernelSets.OneThread);
            double[] values = expected(data).Values, bounds = magnitudes(problem, data);
            for (int i = 0; i < actual.Length; i++)
            {
                double bound = Tolerance.OfSum(terms(problem) + WinogradMagnitudes.TransformTerms + FusedTerms, bounds[i]);
                Math.Abs(actual[i] - values[i]).Should().BeLessThanOrEqualTo(bound);
            }

            run(kernel, data, KernelSets.TwoThreads).Should().Equal(actual);
            run(kernel, data, KernelSets.ThreeThreads).Should().Equal(actual);
        }
    }
}
