using Framework.Kernels;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels.Convolution;

/// <summary>Every kernel of the three lists that this process can run, against the definitions.</summary>
public sealed unsafe class ConvolutionKernelTests
{
    /// <summary>Additions that bias, residual and the joining of partial sums put on top of a sum's products.</summary>
    private const int FusedTerms = 3;

    public static TheoryData<string> Forwards => Names([.. ConvolutionForward.List, .. ConvolutionForward.Precise.Where(IsOwn)]);

    public static TheoryData<string> InputGradients => Names([.. ConvolutionInputGradient.List, .. ConvolutionInputGradient.Precise.Where(IsOwn)]);

    public static TheoryData<string> WeightGradients => Names([.. ConvolutionWeightGradient.List, .. ConvolutionWeightGradient.Precise.Where(IsOwn)]);

    private static ConvolutionProblem[] RealProblems =>
    [
        new(2, 70, 40, Extents.Of(15, 17), Extents.Of(3, 3)) { PadBegin = Padding.Of(1, 1), PadEnd = Padding.Of(1, 1), HasResidual = true },
        new(3, 3, 20, Extents.Of(19, 20), Extents.Of(5, 5)) { Stride = Extents.Of(2, 2), PadBegin = Padding.Of(2, 2), HasBias = true },
        new(2, 64, 64, Extents.Of(7, 7), Extents.Of(1, 1)),
        new(32, 6, 16, Extents.Of(14, 14), Extents.Of(5, 5)) { PadBegin = Padding.Of(2, 2), HasBias = true, HasResidual = true },
        new(2, 24, 24, Extents.Of(9, 11), Extents.Of(3, 3)) { Groups = 24, Stride = Extents.Of(2, 1), PadBegin = Padding.Of(1, 1), HasBias = true },
    ];

    [Theory]
    [MemberData(nameof(Forwards))]
    public void Outputs_of_whole_numbers_are_exact(string name) =>
        CheckExact(Find([.. ConvolutionForward.List, .. ConvolutionForward.Precise], name), (kernel, data, pool, end) => data.Forward(kernel, pool, end), data => data.ExpectedOutput);

    [Theory]
    [MemberData(nameof(InputGradients))]
    public void Input_gradients_of_whole_numbers_are_exact(string name) =>
        CheckExact(
            Find([.. ConvolutionInputGradient.List, .. ConvolutionInputGradient.Precise], name),
            (kernel, data, pool, end) => data.InputGradient(kernel, pool, end),
            data => data.ExpectedInputGradient);

    [Theory]
    [MemberData(nameof(WeightGradients))]
    public void Weight_gradients_of_whole_numbers_are_exact(string name) =>
        CheckExact(
            Find([.. ConvolutionWeightGradient.List, .. ConvolutionWeightGradient.Precise], name),
            (kernel, data, pool, end) => data.WeightGradient(kernel, pool, end),
            data => data.ExpectedWeightGradient);

    [Theory]
    [MemberData(nameof(Forwards))]
    public void Outputs_are_within_the_bound_of_their_sums_and_the_same_at_any_number_of_threads(string name) =>
        CheckReal(
            Find([.. ConvolutionForward.List, .. ConvolutionForward.Precise], name),
            (kernel, data, pool) => data.Forward(kernel, pool, GuardedEnd.End),
            data => data.ExpectedOutput,
            p => p.InputChannelsOfGroup * p.Taps);

    [Theory]
    [MemberData(nameof(InputGradients))]
    public void Input_gradients_are_within_the_bound_of_their_sums_and_the_same_at_any_number_of_threads(string name) =>
        CheckReal(
            Find([.. ConvolutionInputGradient.List, .. ConvolutionInputGradient.Precise], name),
            (kernel, data, pool) => data.InputGradient(kernel, pool, GuardedEnd.End),
            data => data.ExpectedInputGradient,
            p => p.OutputChannelsOfGroup * p.Taps);

    [Theory]
    [MemberData(nameof(WeightGradients))]
    public void Weight_gradients_are_within_the_bound_of_their_sums_and_the_same_at_any_number_of_threads(string name) =>
        CheckReal(
            Find([.. ConvolutionWeightGradient.List, .. ConvolutionWeightGradient.Precise], name),
            (kernel, data, pool) => data.WeightGradient(kernel, pool, GuardedEnd.End),
            data => data.ExpectedWeightGradient,
            p => p.Batch * p.Output.Volume);

    [Fact]
    public void Every_case_is_taken_by_a_kernel_before_the_reference()
    {
        foreach (var set in InstructionSet.Supported)
        {
            foreach (var problem in ConvolutionCases.All(set.Width))
            {
                ConvolutionForward.List.Select(problem, set).Set.Should().Be(set);
                ConvolutionForward.List.Select(problem, set).Name.Should().NotContain("Reference");
                ConvolutionInputGradient.List.Select(problem, set).Name.Should().NotContain("Reference");
                ConvolutionWeightGradient.List.Select(problem, set).Name.Should().NotContain("Reference");
            }
        }
    }

    [Fact]
    public void The_best_form_is_chosen_for_each_kind_of_layer()
    {
        var set = InstructionSet.Best;
        var (input, kernel) = (Extents.Of(9, 9), Extents.Of(3, 3));
        Choice(new ConvolutionProblem(1, 3, 64, input, kernel)).Should().StartWith(set == InstructionSet.Scalar ? "Direct" : "DirectPlain");
        Choice(new ConvolutionProblem(1, 64, 64, input, kernel)).Should().StartWith("Direct").And.NotContain("Plain");
        Choice(new ConvolutionProblem(1, 64, 64, input, kernel) { Groups = 64 }).Should().StartWith("Depthwise");
        Choice(new ConvolutionProblem(1, 4, 4, new Extents(3, 4, 5), new Extents(2, 2, 2))).Should().StartWith("ConvolutionGemm");

        string Choice(ConvolutionProblem problem) => ConvolutionForward.List.Select(problem, set).Name;
    }

    [Fact]
    public void Names_are_unique_and_the_reference_is_last()
    {
        CheckNames(ConvolutionForward.List);
        CheckNames(ConvolutionInputGradient.List);
        CheckNames(ConvolutionWeightGradient.List);

        static void CheckNames(IEnumerable<ConvolutionKernel> list)
        {
            list.Select(k => k.Name).Should().OnlyHaveUniqueItems();
            list.Last().Name.Should().EndWith("Reference");
        }
    }

    [Fact]
    public void A_descriptor_refuses_what_cannot_be()
    {
        var problem = new ConvolutionProblem(1, 4, 6, Extents.Of(5, 5), Extents.Of(3, 3));
        FluentActions.Invoking(() => problem with { Groups = 3 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => problem with { Stride = default }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => problem with { PadBegin = Padding.Of(-1, 0) }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ConvolutionProblem(0, 4, 6, problem.Input, problem.Kernel)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => (problem with { Dilation = Extents.Of(3, 1) }).Output).Should().Throw<InvalidOperationException>();
        (problem with { Stride = Extents.Of(2, 3), PadEnd = Padding.Of(0, 1) }).Output.Should().Be(Extents.Of(2, 2));
    }

    /// <summary>Those that the usual list has not.</summary>
    private static bool IsOwn(ConvolutionKernel kernel) => kernel.Name.Contains("Precise", StringComparison.Ordinal);

    private static TheoryData<string> Names(IEnumerable<ConvolutionKernel> list) =>
        new(list.Where(k => k.Set.IsSupported).Select(k => k.Name));

    private static TKernel Find<TKernel>(IReadOnlyList<TKernel> list, string name)
        where TKernel : ConvolutionKernel => list.First(k => k.Name == name);

    private static void CheckExact<TKernel>(
        TKernel kernel, Func<TKernel, ConvolutionData, WorkerPool, GuardedEnd, float[]> run, Func<ConvolutionData, NaiveConvolution.Sums> expected)
        where TKernel : ConvolutionKernel
    {
        using var pool = new WorkerPool(2);
        int taken = 0;
        foreach (var problem in ConvolutionCases.All(kernel.Set.Width))
        {
            if (kernel.Refusal(problem) is not null) continue;
            var data = ConvolutionData.Whole(problem);
            float[] actual = run(kernel, data, pool, taken++ % 2 == 0 ? GuardedEnd.End : GuardedEnd.Start);
            double[] values = expected(data).Values;
            for (int i = 0; i < values.Length; i++)
            {
                if (actual[i] != values[i]) Assert.Fail($"{kernel.Name}, {problem}: [{i}] is {actual[i]}, not {values[i]}.");
            }
        }

        taken.Should().BePositive("a kernel that takes no case is not tested");
    }

    private static void CheckReal<TKernel>(
        TKernel kernel,
        Func<TKernel, ConvolutionData, WorkerPool, float[]> run,
        Func<ConvolutionData, NaiveConvolution.Sums> expected,
        Func<ConvolutionProblem, int> terms)
        where TKernel : ConvolutionKernel
    {
        using var one = new WorkerPool(1);
        using var two = new WorkerPool(2);
        using var three = new WorkerPool(3);
        foreach (var problem in RealProblems)
        {
            if (kernel.Refusal(problem) is not null) continue;
            var data = ConvolutionData.Real(problem);
            float[] actual = run(kernel, data, one);
            var sums = expected(data);
            for (int i = 0; i < actual.Length; i++)
                Math.Abs(actual[i] - sums.Values[i]).Should().BeLessThanOrEqualTo(Tolerance.OfSum(terms(problem) + FusedTerms, sums.Magnitudes[i]));
            run(kernel, data, two).Should().Equal(actual);
            run(kernel, data, three).Should().Equal(actual);
        }
    }
}
