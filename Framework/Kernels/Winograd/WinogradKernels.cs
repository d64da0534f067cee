using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Winograd;

/// <summary>The kernels of the family, widest vectors first; each form stands by itself, since which is faster depends on the shape.</summary>
public static class WinogradKernels
{
    /// <summary>Outputs.</summary>
    public static IReadOnlyList<ForwardKernel> Forward { get; } =
    [
        .. Forwards<Simd512>(), .. Forwards<Simd256>(), .. Forwards<Simd128>(), .. Forwards<SimdScalar>(),
    ];

    /// <summary>Gradients of inputs.</summary>
    public static IReadOnlyList<InputGradientKernel> InputGradient { get; } =
    [
        .. InputGradients<Simd512>(), .. InputGradients<Simd256>(), .. InputGradients<Simd128>(), .. InputGradients<SimdScalar>(),
    ];

    /// <summary>Gradients of weights.</summary>
    public static IReadOnlyList<WeightGradientKernel> WeightGradient { get; } =
    [
        .. WeightGradients<Simd512>(), .. WeightGradients<Simd256>(), .. WeightGradients<Simd128>(), .. WeightGradients<SimdScalar>(),
    ];

    private static ForwardKernel[] Forwards<TSimd>()
        where TSimd : unmanaged, ISimd<TSimd> =>
        [new WinogradForward<TSimd, Form4>(), new WinogradForward<TSimd, Form2>(), new WinogradForward<TSimd, Form2Of5>(), new WinogradForward<TSimd, Form6>()];

    private static InputGradientKernel[] InputGradients<TSimd>()
        where TSimd : unmanaged, ISimd<TSimd> =>
        [
            new WinogradInputGradient<TSimd, Form4>(), new WinogradInputGradient<TSimd, Form2>(), new WinogradInputGradient<TSimd, Form2Of5>(),
            new WinogradInputGradient<TSimd, Form6>(),
        ];

    private static WeightGradientKernel[] WeightGradients<TSimd>()
        where TSimd : unmanaged, ISimd<TSimd> =>
        [
            new WinogradWeightGradient<TSimd, Form4>(), new WinogradWeightGradient<TSimd, Form2>(), new WinogradWeightGradient<TSimd, Form2Of5>(),
            new WinogradWeightGradient<TSimd, Form6>(),
        ];
}
