namespace Onnx.Opsets;

/// <summary>Every change of form: the explicit list.</summary>
internal static class Steps
{
    public static IReadOnlyList<OpsetStep> All { get; } = [];
}
