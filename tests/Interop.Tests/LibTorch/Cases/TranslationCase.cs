using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>An ONNX operator with inputs and attributes, for two engines to run.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="About">What the case is about.</param>
/// <param name="Inputs">The inputs; null where one is left out. What is fixed is part of the model.</param>
/// <param name="Attributes">The attributes.</param>
internal sealed record TranslationCase(string Operator, string About, SampleInput?[] Inputs, Attributes? Attributes = null)
{
    public static IEnumerable<TranslationCase> All =>
    [
        .. ConvolutionCases.All, .. PoolingCases.All, .. NormalizationCases.All, .. ActivationCases.All, .. ElementwiseCases.All, .. ProductCases.All,
        .. ReductionCases.All, .. ShapingCases.All, .. IndexingCases.All, .. LossCases.All, .. ResizingCases.All, .. GeneratorCases.All,
    ];

    public string Name => $"{Operator}/{About}";

    /// <summary>The types of the outputs that are asked for.</summary>
    public ElementType[] OutputTypes { get; init; } = Ingredients.Float;

    /// <summary>The opset in which the operator is meant; an older one only where a case is about an older form.</summary>
    public int Opset { get; init; } = 21;

    /// <summary>Whether an input is part of the model.</summary>
    public bool IsFixed(int input) => Inputs[input] is { IsFixed: true };

    /// <summary>The inputs' names and elements.</summary>
    public (string[] Names, IReadOnlyList<Tensor?> Tensors) Data() =>
        ([.. Inputs.Select((_, i) => $"x{i}")], [.. Inputs.Select((input, i) => input?.Make(new CounterRandom(1, Name + i)))]);
}
