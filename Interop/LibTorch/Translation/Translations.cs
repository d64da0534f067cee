using Framework.Operators;

namespace Interop.LibTorch.Translation;

/// <summary>How an operator is written in ATen's.</summary>
/// <param name="Operator">The operator's name, after its domain and a point where that is not ONNX's.</param>
/// <param name="Write">Records the calls, gives the slot of the node's first output, and sets the others.</param>
internal sealed record TranslationRule(string Operator, Func<TorchNode, TorchSlot> Write);

/// <summary>The list of all translations, by family, and of what has none.</summary>
internal static class Translations
{
    private const string Quantised = "libtorch quantises by rules of its own.";
    private const string ControlFlow = "its body is a graph of its own, which a recording of calls does not hold.";
    private const string DataDependent = "the shape of its result follows from data.";

    private static readonly Dictionary<string, TranslationRule> s_all = new[]
    {
        Convolutions.All, Poolings.All, Normalizations.All, Activations.All, Elementwise.All, Products.All, Reductions.All, Shaping.All, Indexing.All,
        Losses.All, Resizing.All, Generators.All,
    }.SelectMany(family => family).ToDictionary(rule => rule.Operator);

    // Known before anything runs, so that nothing has to be written.
    private static readonly HashSet<string> s_constants = ["Shape", "Size", "Constant"];

    private static readonly Dictionary<string, string> s_impossible = new()
    {
        ["BitShift"] = "libtorch has no unsigned integers beyond 8 bits.",
        ["RoiAlign"] = "it belongs to torchvision, not to libtorch.",
        ["If"] = ControlFlow,
        ["Loop"] = ControlFlow,
        ["Scan"] = ControlFlow,
        ["Compress"] = DataDependent,
        ["NonMaxSuppression"] = DataDependent,
        ["NonZero"] = DataDependent,
        ["Unique"] = DataDependent,
        ["ConvInteger"] = Quantised,
        ["DequantizeLinear"] = Quantised,
        ["DynamicQuantizeLinear"] = Quantised,
        ["MatMulInteger"] = Quantised,
        ["QLinearConv"] = Quantised,
        ["QLinearMatMul"] = Quantised,
        ["QuantizeLinear"] = Quantised,
    };

    /// <summary>The translation of an operator, or null.</summary>
    public static TranslationRule? Find(Operator op) => s_all.GetValueOrDefault(op.ToString());

    /// <summary>Why an operator cannot run on libtorch; null where it can.</summary>
    public static string? Refusal(Operator op)
    {
        string name = op.ToString();
        if (s_all.ContainsKey(name) || s_constants.Contains(name)) return null;
        return s_impossible.GetValueOrDefault(name, $"there is no translation of {name}.");
    }
}
