using Framework.Operators;
using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Losses over class indices.</summary>
internal static class LossCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        .. EachOf("SoftmaxCrossEntropyLoss NegativeLogLikelihoodLoss", op =>
        [
            new(op, "mean", [Normal(4, 5), SampleInput.Labels(5, 4)]),
            new(op, "sum", [Normal(4, 5), SampleInput.Labels(5, 4)], new() { ["reduction"] = "sum" }),
            new(op, "weighted, one ignored", [Normal(4, 3), SampleInput.Labels(3, 4), Positive(3)], new() { ["ignore_index"] = 1 }),
            new(op, "pixels", [Normal(2, 3, 2, 2), SampleInput.Labels(3, 2, 2, 2)], new() { ["reduction"] = "none" }),
        ]),
        new("SoftmaxCrossEntropyLoss", "probabilities too", [Normal(4, 5), SampleInput.Labels(5, 4)]) { OutputTypes = TwoFloats },
    ];
}
