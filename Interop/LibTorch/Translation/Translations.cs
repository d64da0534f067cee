namespace Interop.LibTorch.Translation;

/// <summary>How an operator of the ONNX domain is written in ATen's.</summary>
/// <param name="Operator">The operator's name.</param>
/// <param name="Write">Records the calls, gives the slot of the node's first output, and sets the others.</param>
internal sealed record TranslationRule(string Operator, Func<TorchNode, TorchSlot> Write);

/// <summary>The list of all translations, by family.</summary>
internal static class Translations
{
    private static readonly Dictionary<string, TranslationRule> s_all = new[]
    {
        Convolutions.All, Poolings.All, Normalizations.All, Activations.All, Elementwise.All, Products.All, Reductions.All, Shaping.All, Indexing.All,
        Losses.All, Resizing.All,
    }.SelectMany(family => family).ToDictionary(rule => rule.Operator);

    /// <summary>The translation of an operator, or null.</summary>
    public static TranslationRule? Find(string name) => s_all.GetValueOrDefault(name);
}
