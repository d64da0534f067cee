using Framework.Kernels.Convolution;
using Framework.Kernels.Winograd;

namespace Benchmarks.Kernels;

/// <summary>A layer's output; weights are packed before.</summary>
public class ForwardBenchmarks : KernelBenchmarks
{
    protected override IEnumerable<Trial> All => Trial.Walk(
        ConvolutionForward.List.Concat(WinogradKernels.Forward), Layer.Some, (k, p, pool) => new PreparedForward(k, p, pool));
}

/// <summary>The gradient of a layer's input; weights are packed before.</summary>
public class InputGradientBenchmarks : KernelBenchmarks
{
    protected override IEnumerable<Trial> All => Trial.Walk(
        ConvolutionInputGradient.List.Concat(WinogradKernels.InputGradient), Layer.Some, (k, p, pool) => new PreparedInputGradient(k, p, pool));
}

/// <summary>The gradient of a layer's weights.</summary>
public class WeightGradientBenchmarks : KernelBenchmarks
{
    protected override IEnumerable<Trial> All => Trial.Walk(
        ConvolutionWeightGradient.List.Concat(WinogradKernels.WeightGradient), Layer.Some, (k, p, pool) => new PreparedWeightGradient(k, p, pool));
}
