using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>Arithmetic, comparisons and functions element by element, with broadcasting.</summary>
internal static class Elementwise
{
    public static IEnumerable<TranslationRule> All =>
    [
        .. Unary("abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "erf", "exp", "floor", "log", "neg"),
        .. Unary("reciprocal", "round", "sign", "sin", "sinh", "sqrt", "tan"),
        new("IsNaN", n => n.Call("isnan", n[0])),
        new("IsInf", IsInfinite),
        new("Not", n => n.Call("logical_not", n[0])),
        new("Identity", n => n[0]),

        Binary("Add", "add.Tensor"),
        Binary("Sub", "sub.Tensor"),
        Binary("Mul", "mul.Tensor"),
        new("Div", n => n.Type(0).IsFloat() ? n.Call("div.Tensor", n[0], n[1]) : n.Call("div.Tensor_mode", n[0], n[1], "trunc")),
        new("Mod", n => n.Call(n.Attributes.Int("fmod", 0) != 0 ? "fmod.Tensor" : "remainder.Tensor", n[0], n[1])),
        new("Pow", n => n.Cast(n.Call("pow.Tensor_Tensor", n[0], n[1]), n.Type(0))),
        Binary("Equal", "eq.Tensor"),
        Binary("Greater", "gt.Tensor"),
        Binary("GreaterOrEqual", "ge.Tensor"),
        Binary("Less", "lt.Tensor"),
        Binary("LessOrEqual", "le.Tensor"),
        Binary("And", "logical_and"),
        Binary("Or", "logical_or"),
        Binary("Xor", "logical_xor"),

        new("Max", n => Joined(n, "maximum")),
        new("Min", n => Joined(n, "minimum")),
        new("Sum", n => Joined(n, "add.Tensor")),
        new("Mean", n => n.Call("div.Scalar", Joined(n, "add.Tensor"), n.InputCount)),

        new("Where", n => n.Call("where.self", n[0], n[1], n[2])),
        new("Cast", n => n.Cast(n[0], (ElementType)n.Attributes.Int("to", 0))),
        new("CastLike", n => n.Cast(n[0], n.Type(1))),
    ];

    private static IEnumerable<TranslationRule> Unary(params string[] names) =>
        names.Select(name => new TranslationRule(char.ToUpperInvariant(name[0]) + name[1..], n => n.Call(name, n[0])));

    private static TorchSlot IsInfinite(TorchNode n)
    {
        bool positive = n.Attributes.Int("detect_positive", 1) != 0, negative = n.Attributes.Int("detect_negative", 1) != 0;
        if (positive && negative) return n.Call("isinf", n[0]);
        if (positive || negative) return n.Call(positive ? "isposinf" : "isneginf", n[0]);
        return n.Call("zeros_like", n[0], TorchTypes.Code(ElementType.Bool));
    }

    private static TranslationRule Binary(string name, string op) => new(name, n => n.Call(op, n[0], n[1]));

    private static TorchSlot Joined(TorchNode n, string op) => n.All().Aggregate((joined, next) => n.Call(op, joined, next));
}
