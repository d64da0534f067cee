using Framework.Operators;
using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Activations and softmax.</summary>
internal static class ActivationCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        .. Each(
            "Relu LeakyRelu Elu Selu Celu Gelu Sigmoid HardSigmoid HardSwish Mish Tanh Softplus Softsign ThresholdedRelu",
            op => new(op, "by default", [Spread])),
        .. Each("LeakyRelu Elu Celu HardSigmoid ThresholdedRelu Selu", op => new(op, "alpha", [Spread], new() { ["alpha"] = 0.3f })),
        new("Selu", "gamma", [Spread], new() { ["gamma"] = 2f }),
        new("HardSigmoid", "beta", [Spread], new() { ["beta"] = 0.25f }),
        new("Gelu", "tanh", [Spread], new() { ["approximate"] = "tanh" }),
        new("Swish", "alpha", [Spread], new() { ["alpha"] = 1.5f }) { Opset = 24 },
        new("PRelu", "slope a channel", [Normal(2, 3, 4), Normal(3, 1)]),
        new("Shrink", "bias", [Spread], new() { ["lambd"] = 1f, ["bias"] = 0.25f }),
        new("Clip", "both ends", [Spread, Fixed(-1f), Fixed(2f)]),
        new("Clip", "upper end", [Spread, null, Fixed(2f)]),
        new("Softmax", "by default", [Normal(2, 3, 4)]),
        new("Softmax", "axis", [Normal(2, 3, 4)], new() { ["axis"] = 1 }),
        new("Clip", "neither end", [Spread]),
        new("Hardmax", "axis", [Normal(2, 3, 4)], new() { ["axis"] = 1 }),
        new("Hardmax", "first of equals", [SampleInput.Given([2, 3], 1, 2, 2, 3, 3, 1)]),
        new("LogSoftmax", "axis", [Normal(2, 3, 4)], new() { ["axis"] = -2 }),
    ];
}
