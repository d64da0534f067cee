using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Normalisation.</summary>
internal static class NormalizationCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        new("BatchNormalization", "inference", [Normal(2, 3, 4, 5), Normal(3), Normal(3), Normal(3), Positive(3)]),
        new("BatchNormalization", "training", [Normal(2, 3, 4, 5), Normal(3), Normal(3), Normal(3), Positive(3)], new()
        {
            ["training_mode"] = 1, ["momentum"] = 0.8f, ["epsilon"] = 1e-3f,
        }) { OutputTypes = ThreeFloats },
        new("InstanceNormalization", "image", [Normal(2, 3, 4, 5), Normal(3), Normal(3)], new() { ["epsilon"] = 1e-3f }),
        new("LayerNormalization", "last axis", [Normal(2, 3, 4), Normal(4), Normal(4)]),
        new("LayerNormalization", "statistics", [Normal(2, 3, 4), Normal(3, 4), Normal(3, 4)], new() { ["axis"] = 1, ["epsilon"] = 1e-3f })
        {
            OutputTypes = ThreeFloats,
        },
        new("LayerNormalization", "without bias", [Normal(2, 3, 4), Normal(4)], new() { ["axis"] = -1 }),
        new("GroupNormalization", "two groups", [Normal(2, 4, 3, 3), Normal(4), Normal(4)], new() { ["num_groups"] = 2 }),
        new("GroupNormalization", "scale by group", [Normal(2, 4, 3, 3), Normal(2), Normal(2)], new() { ["num_groups"] = 2 }) { Opset = 18 },
        new("LRN", "odd size", [Normal(2, 7, 3, 3)], new() { ["size"] = 5, ["alpha"] = 0.1f, ["beta"] = 0.6f, ["bias"] = 2f }),
    ];
}
