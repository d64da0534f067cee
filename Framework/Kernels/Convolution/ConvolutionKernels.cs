using Framework.Kernels.Simd;

namespace Framework.Kernels.Convolution;

/// <summary>The ways to compute a convolution's output, best first, the reference last.</summary>
public static class ConvolutionForward
{
    /// <summary>All of them, those of instruction sets that this process lacks included.</summary>
    public static IReadOnlyList<ForwardKernel> List { get; } =
    [
        .. Of<Simd512>(), .. Of<Simd256>(), .. Of<Simd128>(), .. Of<SimdScalar>(), new ReferenceConvolution.Forward(),
    ];

    private static ForwardKernel[] Of<TSimd>()
        where TSimd : unmanaged, ISimd<TSimd> =>
        [
            new DepthwiseForward<TSimd>(),
            .. HasBlocks<TSimd>() ? [new DirectForward<TSimd>(plain: true)] : Array.Empty<ForwardKernel>(),
            new DirectForward<TSimd>(plain: false),
            new GemmForward<TSimd>(),
        ];

    /// <summary>Whether plain and blocked are two layouts.</summary>
    internal static bool HasBlocks<TSimd>()
        where TSimd : unmanaged, ISimd<TSimd> => TSimd.Width > 1;
}

/// <summary>The ways to compute the gradient of a convolution's input, best first, the reference last.</summary>
public static class ConvolutionInputGradient
{
    /// <inheritdoc cref="ConvolutionForward.List"/>
    public static IReadOnlyList<InputGradientKernel> List { get; } =
    [
        .. Of<Simd512>(), .. Of<Simd256>(), .. Of<Simd128>(), .. Of<SimdScalar>(), new ReferenceConvolution.InputGradient(),
    ];

    private static InputGradientKernel[] Of<TSimd>()
        where TSimd : unmanaged, ISimd<TSimd> =>
        [new DepthwiseInputGradient<TSimd>(), new DirectInputGradient<TSimd>(), new GemmInputGradient<TSimd>()];
}

/// <summary>The ways to compute the gradient of a convolution's weights, best first, the reference last.</summary>
public static class ConvolutionWeightGradient
{
    /// <inheritdoc cref="ConvolutionForward.List"/>
    public static IReadOnlyList<WeightGradientKernel> List { get; } =
    [
        .. Of<Simd512>(), .. Of<Simd256>(), .. Of<Simd128>(), .. Of<SimdScalar>(), new ReferenceConvolution.WeightGradient(),
    ];

    private static WeightGradientKernel[] Of<TSimd>()
        where TSimd : unmanaged, ISimd<TSimd> =>
        [
            new DepthwiseWeightGradient<TSimd>(),
            .. ConvolutionForward.HasBlocks<TSimd>() ? [new DirectWeightGradient<TSimd>(plain: true)] : Array.Empty<WeightGradientKernel>(),
            new DirectWeightGradient<TSimd>(plain: false),
            new GemmWeightGradient<TSimd>(),
        ];
}
