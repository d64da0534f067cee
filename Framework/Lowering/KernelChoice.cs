using System.Globalization;
using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Convolution;
using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Kernels.Winograd;

namespace Framework.Lowering;

/// <summary>
/// Which kernel computes a convolution: by the problem, the instruction set, what the user allows, and whether the weights are known when the plan
/// is made.
/// </summary>
internal sealed class KernelChoice(SessionOptions options, Graph graph)
{
    private readonly (InstructionSet Set, bool OfImages) _lanes = VectorWidth.Of(graph, options);
    private readonly HashSet<Value> _constants = [.. graph.Initializers.Select(i => i.Value)];

    /// <summary>The widest instruction set that may be used.</summary>
    public InstructionSet Set => _lanes.Set;

    /// <summary>Whether a value is known when the plan is made.</summary>
    public bool IsConstant(Value value) => _constants.Contains(value);

    /// <summary>The list that products of matrices choose from.</summary>
    public IReadOnlyList<GemmKernel> Products => options.Algorithm == ConvolutionAlgorithm.Precise ? GemmKernels.Precise : GemmKernels.List;

    /// <summary>The kernel of an output, and why others were passed over.</summary>
    public (ForwardKernel Kernel, IReadOnlyList<string> PassedOver) Forward(ConvolutionProblem problem, bool packed) => Choose(
        problem,
        options.Algorithm == ConvolutionAlgorithm.Precise ? ConvolutionForward.Precise : ConvolutionForward.List,
        WinogradKernels.Forward,
        kernel => ConvolutionCost.Pass(problem, kernel, problem.Output, packed));

    /// <summary>The kernel of an input's gradient, and why others were passed over.</summary>
    public (InputGradientKernel Kernel, IReadOnlyList<string> PassedOver) InputGradient(ConvolutionProblem problem, bool packed) => Choose(
        problem,
        options.Algorithm == ConvolutionAlgorithm.Precise ? ConvolutionInputGradient.Precise : ConvolutionInputGradient.List,
        WinogradKernels.InputGradient,
        kernel => ConvolutionCost.Pass(problem, kernel, problem.Input, packed));

    /// <summary>The kernel of the weights' gradient, and why others were passed over.</summary>
    public (WeightGradientKernel Kernel, IReadOnlyList<string> PassedOver) WeightGradient(ConvolutionProblem problem) => Choose(
        problem,
        options.Algorithm == ConvolutionAlgorithm.Precise ? ConvolutionWeightGradient.Precise : ConvolutionWeightGradient.List,
        WinogradKernels.WeightGradient,
        kernel => ConvolutionCost.WeightGradient(problem, kernel));

    private (TKernel Kernel, IReadOnlyList<string> PassedOver) Choose<TKernel>(
        ConvolutionProblem problem, IReadOnlyList<TKernel> directs, IReadOnlyList<TKernel> winograds, Func<TKernel, double> cost)
        where TKernel : ConvolutionKernel
    {
        var direct = OfImages(directs, problem) ?? directs.Select(problem, Set);
        var candidates = winograds.Where(k => k.Set == direct.Set).ToList();
        var best = direct;
        double bestCost = WantsWinograd ? double.PositiveInfinity : cost(direct);
        foreach (var kernel in candidates)
        {
            if (Objection(kernel, direct, problem) is not null) continue;
            double its = IsLargest(kernel) ? 0 : cost(kernel);
            if (its < bestCost) (best, bestCost) = (kernel, its);
        }

        double chosen = cost(best);
        var others = best == direct ? candidates : [.. candidates.Where(k => k != best), direct];
        var reasons = others.Select(k => $"{k.Name}: {(k == direct ? null : Objection(k, direct, problem)) ?? Slower(cost(k), chosen)}");
        return (best, [.. reasons, .. Passed.Over(directs, direct, problem, Set, network: "the network's images lie in the lanes.")]);
    }

    /// <summary>Why a kernel is not to be compared with the direct one; null where it is.</summary>
    private string? Objection(ConvolutionKernel kernel, ConvolutionKernel direct, in ConvolutionProblem problem) => options.Algorithm switch
    {
        ConvolutionAlgorithm.Direct or ConvolutionAlgorithm.Precise => $"the algorithm is to be {options.Algorithm}.",
        _ when IsLargest(kernel) && options.Algorithm != ConvolutionAlgorithm.Winograd6 => "it errs most; it is taken only where it is asked for.",
        ConvolutionAlgorithm.Auto when direct.Set == InstructionSet.Scalar => "what transforms cost is known of vectors only.",
        ConvolutionAlgorithm.Auto when direct.InputLayout(problem).IsPlain => $"{direct.Name} reads the plain input's few channels.",
        ConvolutionAlgorithm.Auto when direct.InputLayout(problem).IsOfImages => $"{direct.Name} has images in its lanes, as all the network.",
        _ => kernel.Refusal(problem),
    };

    private TKernel? OfImages<TKernel>(IReadOnlyList<TKernel> directs, ConvolutionProblem problem)
        where TKernel : ConvolutionKernel => _lanes.OfImages
        ? directs.FirstOrDefault(k => k.Set == Set && k.OutputLayout(problem).IsOfImages && k.Refusal(problem) is null)
        : null;

    private bool WantsWinograd => options.Algorithm is ConvolutionAlgorithm.Winograd or ConvolutionAlgorithm.Winograd6;

    /// <summary>Whether a kernel has the tiles that are never taken unasked.</summary>
    private static bool IsLargest(ConvolutionKernel kernel) => kernel is IMinimalFiltering { Tile: 6 };

    // What the user asks for is taken even where something else is faster.
    private string Slower(double cost, double chosen) => cost >= chosen
        ? string.Create(CultureInfo.InvariantCulture, $"it is expected to take {cost / chosen:0.0#} times as long.")
        : $"the algorithm is to be {options.Algorithm}.";
}
