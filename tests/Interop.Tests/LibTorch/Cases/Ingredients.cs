using Framework.Operators;
using Framework.Tensors;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>What cases are made of.</summary>
internal static class Ingredients
{
    /// <summary>Numbers on both sides of every activation's kinks.</summary>
    public static SampleInput Spread => SampleInput.Given([11], -30, -6, -3, -1.5f, -0.5f, 0, 0.5f, 1.5f, 3, 6, 30);

    public static ElementType[] Float => [ElementType.Float32];

    public static ElementType[] TwoFloats => [ElementType.Float32, ElementType.Float32];

    public static ElementType[] ThreeFloats => [ElementType.Float32, ElementType.Float32, ElementType.Float32];

    public static ElementType[] FloatAndLong => [ElementType.Float32, ElementType.Int64];

    public static ElementType[] Long => [ElementType.Int64];

    public static ElementType[] Bool => [ElementType.Bool];

    public static SampleInput Normal(params ReadOnlySpan<int> shape) => SampleInput.Normal(shape);

    public static SampleInput Positive(params ReadOnlySpan<int> shape) => SampleInput.Uniform(0.5f, 2, shape);

    public static SampleInput Booleans(params ReadOnlySpan<int> shape) => SampleInput.Booleans(shape);

    /// <summary>Integers that are given at run time: operators over constant ones are folded before libtorch sees them.</summary>
    public static SampleInput Longs(params long[] values) => new([values.Length], _ => Tensor.From(values, [values.Length]));

    /// <summary>Integers that are part of the model: axes, extents, indices.</summary>
    public static SampleInput Form(params long[] values) => SampleInput.Integers(values);

    /// <summary>A number that is part of the model.</summary>
    public static SampleInput Fixed(float value) => SampleInput.Fixed(Tensor.Scalar(value));

    /// <summary>A case for each of the operators, or modes, that are named with spaces between.</summary>
    public static IEnumerable<TranslationCase> Each(string names, Func<string, TranslationCase> make) => names.Split(' ').Select(make);

    /// <inheritdoc cref="Each(string, Func{string, TranslationCase})"/>
    public static IEnumerable<TranslationCase> EachOf(string names, Func<string, TranslationCase[]> make) => names.Split(' ').SelectMany(make);

    public static long[] Ints(params long[] values) => values;
}
