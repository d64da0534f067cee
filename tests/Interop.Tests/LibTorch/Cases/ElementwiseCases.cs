using Framework.Operators;
using Framework.Tensors;
using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Arithmetic, comparisons and functions, element by element.</summary>
internal static class ElementwiseCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        .. Each(
            "Abs Atan Asinh Ceil Cos Cosh Erf Exp Floor Neg Reciprocal Round Sign Sin Sinh Tan Identity",
            op => new(op, "image", [Normal(2, 3, 4)])),
        .. Each("Log Sqrt", op => new(op, "positive", [Positive(2, 3)])),
        .. Each("Acos Asin Atanh", op => new(op, "below one", [SampleInput.Uniform(-0.9f, 0.9f, 2, 3)])),
        new("Acosh", "above one", [SampleInput.Uniform(1.1f, 3f, 2, 3)]),
        .. Each("Add Sub Mul Div Sum Mean Max Min", op => new(op, "broadcast", [Normal(2, 3, 4), Normal(3, 1)])),
        .. Each("Sum Mean Max Min", op => new(op, "three", [Normal(2, 3), Normal(3), Normal(2, 1)])),
        new("Div", "integers", [Longs(7, -7, 6, -1), Longs(2, 2, -4, 3)]) { OutputTypes = Long },
        new("Mod", "integers", [Longs(7, -7, 6, -1), Longs(2, 3, -4, 3)]) { OutputTypes = Long },
        new("Mod", "fmod", [Normal(2, 3), Positive(2, 3)], new() { ["fmod"] = 1 }),
        new("Pow", "broadcast", [Positive(2, 3), Normal(3)]),
        new("Pow", "integer exponent", [Normal(2, 3), Longs(2, 3, 0)]),
        .. Each("Equal Greater GreaterOrEqual Less LessOrEqual", op => new(op, "broadcast", [Longs(1, 2, 3), Longs(2)]) { OutputTypes = Bool }),
        .. Each("And Or Xor", op => new(op, "broadcast", [Booleans(2, 3), Booleans(3)]) { OutputTypes = Bool }),
        new("Not", "image", [Booleans(2, 3)]) { OutputTypes = Bool },
        new("IsNaN", "some", [SampleInput.Given([3], 1, float.NaN, 2)]) { OutputTypes = Bool },
        IsInf(positive: true, negative: true), IsInf(positive: true, negative: false), IsInf(positive: false, negative: true),
        IsInf(positive: false, negative: false),
        new("Where", "broadcast", [Booleans(2, 1), Normal(3), Normal(2, 3)]),
        new("Cast", "to integers", [Spread], new() { ["to"] = (long)ElementType.Int32 }) { OutputTypes = [ElementType.Int32] },
        new("Cast", "to booleans", [SampleInput.Given([3], 0, 0.5f, -2)], new() { ["to"] = (long)ElementType.Bool }) { OutputTypes = Bool },
        new("CastLike", "to integers", [Spread, Longs(1)]) { OutputTypes = Long },
    ];

    private static TranslationCase IsInf(bool positive, bool negative) => new(
        "IsInf",
        $"positive {positive}, negative {negative}",
        [SampleInput.Given([3], 1, float.PositiveInfinity, float.NegativeInfinity)],
        new() { ["detect_positive"] = positive, ["detect_negative"] = negative })
    {
        OutputTypes = Bool,
    };
}
