using Framework.Kernels.Simd;

namespace Framework.Kernels.Convolution;

/// <summary>
/// The ways to compute a convolution's output, best first, the reference last; those with images in the lanes stand behind the direct ones, since they pay
/// only where a whole network is kept so.
/// </summary>
public static class ConvolutionForward
{
    /// <summary>All of them, those of instruction sets that this process lacks included.</summary>
    public static IReadOnlyList<ForwardKernel> List { get; } =
    [
        .. Of<Simd512>(), .. Of<Simd256>(), .. Of<Simd128>(), .. Of<SimdScalar>(), new ReferenceConvolution.Forward(),
    ];

    /// <summary>The same for those who want the smallest error: direct sums are cut more finely.</summary>
    public static IReadOnlyList<ForwardKernel> Precise { get; } =
    [
        .. Of<Simd512>(true), .. Of<Simd256>(true), .. Of<Simd128>(true), .. Of<SimdScalar>(true), new ReferenceConvolution.Forward(),
    ];

    private static ForwardKernel[] Of<TSimd>(bool precise = false)
        where TSimd : unmanaged, ISimd<TSimd> =>
        [
            new DepthwiseForward<TSimd>(),
            .. HasBlocks<TSimd>() ? [new DirectForward<TSimd>(plain: true, precise)] : Array.Empty<ForwardKernel>(),
            new DirectForward<TSimd>(plain: false, precise),
            .. HasBlocks<TSimd>() ? [new JoinedForward<TSimd>(new(plain: false, precise))] : Array.Empty<ForwardKernel>(),
            .. HasBlocks<TSimd>() && !precise ? [new LanesForward<TSimd>()] : Array.Empty<ForwardKernel>(),
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

    /// <inheritdoc cref="ConvolutionForward.Precise"/>
    public static IReadOnlyList<InputGradientKernel> Precise { get; } =
    [
        .. Of<Simd512>(true), .. Of<Simd256>(true), .. Of<Simd128>(true), .. Of<SimdScalar>(true), new ReferenceConvolution.InputGradient(),
    ];

    private static InputGradientKernel[] Of<TSimd>(bool precise = false)
        where TSimd : unmanaged, ISimd<TSimd> =>
        [
            new DepthwiseInputGradient<TSimd>(),
            new DirectInputGradient<TSimd>(precise),
            .. ConvolutionForward.HasBlocks<TSimd>() ? [new JoinedInputGradient<TSimd>(new(precise))] : Array.Empty<InputGradientKernel>(),
            .. ConvolutionForward.HasBlocks<TSimd>() && !precise ? [new LanesInputGradient<TSimd>()] : Array.Empty<InputGradientKernel>(),
            new GemmInputGradient<TSimd>(),
        ];
}

/// <summary>The ways to compute the gradient of a convolution's weights, best first, the reference last.</summary>
public static class ConvolutionWeightGradient
{
    /// <inheritdoc cref="ConvolutionForward.List"/>
    public static IReadOnlyList<WeightGradientKernel> List { get; } =
    [
        .. Of<Simd512>(), .. Of<Simd256>(), .. Of<Simd128>(), .. Of<SimdScalar>(), new ReferenceConvolution.WeightGradient(),
    ];

    /// <inheritdoc cref="ConvolutionForward.Precise"/>
    public static IReadOnlyList<WeightGradientKernel> Precise { get; } =
    [
        .. Of<Simd512>(true), .. Of<Simd256>(true), .. Of<Simd128>(true), .. Of<SimdScalar>(true), new ReferenceConvolution.WeightGradient(),
    ];

    private static WeightGradientKernel[] Of<TSimd>(bool precise = false)
        where TSimd : unmanaged, ISimd<TSimd> =>
        [
            new DepthwiseWeightGradient<TSimd>(),
            .. ConvolutionForward.HasBlocks<TSimd>() ? [new DirectWeightGradient<TSimd>(plain: true, precise)] : Array.Empty<WeightGradientKernel>(),
            new DirectWeightGradient<TSimd>(plain: false, precise),
            .. ConvolutionForward.HasBlocks<TSimd>() ? [new JoinedWeightGradient<TSimd>(new(plain: false, precise))] : Array.Empty<WeightGradientKernel>(),
            .. ConvolutionForward.HasBlocks<TSimd>() && !precise ? [new LanesWeightGradient<TSimd>()] : Array.Empty<WeightGradientKernel>(),
            new GemmWeightGradient<TSimd>(),
        ];
}
