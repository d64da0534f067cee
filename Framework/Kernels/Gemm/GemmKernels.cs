using Framework.Kernels.Simd;

namespace Framework.Kernels.Gemm;

/// <summary>The ways to compute a matrix product, best first, the reference last.</summary>
public static class GemmKernels
{
    /// <summary>All of them, those of instruction sets that this process lacks included.</summary>
    public static IReadOnlyList<GemmKernel> List { get; } =
    [
        new Gemv<Simd512>(), new PackedGemm<Simd512>(),
        new Gemv<Simd256>(), new PackedGemm<Simd256>(),
        new Gemv<Simd128>(), new PackedGemm<Simd128>(),
        new Gemv<SimdScalar>(), new PackedGemm<SimdScalar>(),
        new ReferenceGemm(),
    ];

    /// <summary>The same for those who want the smallest error: long sums are cut more finely. A dot product's are cut by its lanes already.</summary>
    public static IReadOnlyList<GemmKernel> Precise { get; } =
    [
        new Gemv<Simd512>(), new PackedGemm<Simd512>(precise: true),
        new Gemv<Simd256>(), new PackedGemm<Simd256>(precise: true),
        new Gemv<Simd128>(), new PackedGemm<Simd128>(precise: true),
        new Gemv<SimdScalar>(), new PackedGemm<SimdScalar>(precise: true),
        new ReferenceGemm(),
    ];
}
