using Framework.Kernels.Simd;

namespace Framework.Kernels.Gemm;

/// <summary>The ways to compute a matrix product, best first, the reference last.</summary>
public static class GemmKernels
{
    /// <summary>All of them, those of instruction sets that this process lacks included.</summary>
    public static IReadOnlyList<GemmKernel> List { get; } =
    [
        .. Of<Simd512>(), .. Of<Simd256>(), .. Of<Simd128>(), .. Of<SimdScalar>(), new ReferenceGemm(),
    ];

    /// <summary>The same for those who want the smallest error: long sums are cut more finely. A dot product's are cut by its lanes already.</summary>
    public static IReadOnlyList<GemmKernel> Precise { get; } =
    [
        .. Of<Simd512>(true), .. Of<Simd256>(true), .. Of<Simd128>(true), .. Of<SimdScalar>(true), new ReferenceGemm(),
    ];

    private static GemmKernel[] Of<TSimd>(bool precise = false)
        where TSimd : unmanaged, ISimd<TSimd> =>
        [new Gemv<TSimd>(), new DotGemm<TSimd>(), new OuterGemm<TSimd>(), new RowGemm<TSimd>(precise), new PackedGemm<TSimd>(precise)];
}
