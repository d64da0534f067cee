using Framework.Operators;

namespace Interop.LibTorch.Translation;

/// <summary>How an operator is written in ATen's.</summary>
/// <param name="Operator">The operator's name, after its domain and a point where that is not ONNX's.</param>
/// <param name="Write">Records the calls, gives the slot of the node's first output, and sets the others.</param>
internal sealed record TranslationRule(string Operator, Func<TorchNode, TorchSlot> Write);

/// <summary>The list of all translations, by family.</summary>
internal static class Translations
{
    private static readonly Dictionary<string, TranslationRule> s_all = new[]
    {
        Convolutions.All, Poolings.All, Normalizations.All, Activations.All, Elementwise.All, Products.All, Reductions.All, Shaping.All, Indexing.All,
        Losses.All, Resizing.All, Generators.All,
    }.SelectMany(family => family).ToDictionary(rule => rule.Operator);

    /// <summary>The translation of an operator, or null.</summary>
    public static TranslationRule? Find(Operator op) => s_all.GetValueOrDefault(op.ToString());
}
