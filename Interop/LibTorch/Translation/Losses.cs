namespace Interop.LibTorch.Translation;

/// <summary>Losses over class indices.</summary>
internal static class Losses
{
    // What libtorch ignores by default; ONNX ignores nothing unless it is told to, and no class has a negative number.
    private const long NothingIgnored = -100;

    public static IEnumerable<TranslationRule> All =>
    [
        new("SoftmaxCrossEntropyLoss", SoftmaxCrossEntropy),
        new("NegativeLogLikelihoodLoss", n => NegativeLogLikelihood(n, n[0])),
    ];

    private static TorchSlot SoftmaxCrossEntropy(TorchNode n)
    {
        var logProbabilities = n.Call("log_softmax.int", n[0], 1);
        if (n.Wants(1)) n.Set(1, logProbabilities);
        return NegativeLogLikelihood(n, logProbabilities);
    }

    private static TorchSlot NegativeLogLikelihood(TorchNode n, TorchSlot logProbabilities)
    {
        long reduction = n.Attributes.String("reduction", "mean") switch { "none" => 0, "mean" => 1, _ => 2 };
        return n.Call("nll_loss_nd", logProbabilities, n.Indices(1), n.Optional(2), reduction, n.Attributes.Int("ignore_index", NothingIgnored));
    }
}
