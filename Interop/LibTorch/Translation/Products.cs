namespace Interop.LibTorch.Translation;

/// <summary>Matrix products.</summary>
internal static class Products
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("MatMul", n => n.Call("matmul", n[0], n[1])),
        new("Gemm", Gemm),
        new("Einsum", n => n.Call("einsum", n.Attributes.String("equation", ""), n.All())),
        new("Det", n => n.Call("det", n[0])),
    ];

    private static TorchSlot Gemm(TorchNode n)
    {
        double alpha = n.Attributes.Float("alpha", 1), beta = n.Attributes.Float("beta", 1);
        var a = n.Attributes.Int("transA", 0) != 0 ? n.Call("t", n[0]) : n[0];
        var b = n.Attributes.Int("transB", 0) != 0 ? n.Call("t", n[1]) : n[1];
        if (n.Has(2)) return n.Call("addmm", n[2], a, b, beta, alpha);
        var product = n.Call("mm", a, b);
        return alpha == 1 ? product : n.Call("mul.Scalar", product, alpha);
    }
}
