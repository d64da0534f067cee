using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Matrix products.</summary>
internal static class ProductCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        new("MatMul", "matrices", [Normal(3, 4), Normal(4, 5)]),
        new("MatMul", "batches", [Normal(2, 1, 3, 4), Normal(3, 4, 2)]),
        new("MatMul", "vector", [Normal(3, 4), Normal(4)]),
        new("Einsum", "attention", [Normal(2, 3, 4), Normal(2, 5, 4)], new() { ["equation"] = "bij,bkj->bik" }),
        new("Det", "batch", [Normal(2, 3, 3)]),
        new("Gemm", "factors", [Normal(4, 3), Normal(5, 4), Normal(3, 1)], new() { ["transA"] = 1, ["transB"] = 1, ["alpha"] = 0.5f, ["beta"] = 2f }),
        new("Gemm", "without C", [Normal(3, 4), Normal(4, 5)], new() { ["alpha"] = 0.5f }),
    ];
}
