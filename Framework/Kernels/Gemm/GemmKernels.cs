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
}
