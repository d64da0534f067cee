namespace Interop.LibTorch.Translation;

/// <summary>Activation functions, and softmax along an axis.</summary>
internal static class Activations
{
    // Beyond the threshold softplus(x) is taken to be x. At 40 the difference, e^-40, is below half a unit of a double's last place.
    private const long SoftplusThreshold = 40;

    public static IEnumerable<TranslationRule> All =>
    [
        new("Relu", n => n.Call("relu", n[0])),
        new("LeakyRelu", n => n.Call("leaky_relu", n[0], Float(n, "alpha", 0.01f))),
        new("PRelu", n => n.Call("where.self", n.Call("lt.Scalar", n[0], 0), n.Call("mul.Tensor", n[0], n[1]), n[0])),
        new("Elu", n => n.Call("elu", n[0], Float(n, "alpha", 1))),
        new("Selu", n => n.Call("elu", n[0], Float(n, "alpha", 1.67326319217681884765625f), Float(n, "gamma", 1.05070102214813232421875f))),
        new("Celu", n => n.Call("celu", n[0], Float(n, "alpha", 1))),
        new("Gelu", n => n.Call("gelu", n[0], n.Attributes.String("approximate", "none"))),
        new("Sigmoid", n => n.Call("sigmoid", n[0])),
        new("HardSigmoid", n => HardSigmoid(n, Float(n, "alpha", 0.2f), Float(n, "beta", 0.5f))),
        new("HardSwish", n => n.Call("hardswish", n[0])),
        new("Swish", n => n.Call("mul.Tensor", n[0], n.Call("sigmoid", n.Call("mul.Scalar", n[0], Float(n, "alpha", 1))))),
        new("Mish", n => n.Call("mish", n[0])),
        new("Tanh", n => n.Call("tanh", n[0])),
        new("Softplus", n => n.Call("softplus", n[0], 1, SoftplusThreshold)),
        new("Softsign", n => n.Call("div.Tensor", n[0], n.Call("add.Scalar", n.Call("abs", n[0]), 1))),
        new("ThresholdedRelu", n => n.Call("threshold", n[0], Float(n, "alpha", 1), 0)),
        new("Shrink", Shrink),
        new("Clip", n => n.Has(1) || n.Has(2) ? n.Call("clamp.Tensor", n[0], n.Optional(1), n.Optional(2)) : n[0]),
        new("Softmax", n => n.Call("softmax.int", n[0], n.Axis("axis", -1))),
        new("LogSoftmax", n => n.Call("log_softmax.int", n[0], n.Axis("axis", -1))),
        new("Hardmax", Hardmax),
    ];

    private static TorchSlot Hardmax(TorchNode n)
    {
        int axis = n.Axis("axis", -1);
        var places = n.Along(n.Counting(n.Shape(0)[axis]), axis, n.Shape(0).Rank);
        return n.Cast(n.Call("eq.Tensor", places, n.Call("argmax", n[0], axis, true)), n.Type(0));
    }

    private static double Float(TorchNode n, string attribute, float fallback) => n.Attributes.Float(attribute, fallback);

    private static TorchSlot Shrink(TorchNode n)
    {
        double threshold = Float(n, "lambd", 0.5f), bias = Float(n, "bias", 0);
        var above = n.Call("where.self", n.Call("gt.Scalar", n[0], threshold), n.Call("sub.Scalar", n[0], bias), n.Call("zeros_like", n[0]));
        return n.Call("where.self", n.Call("lt.Scalar", n[0], -threshold), n.Call("add.Scalar", n[0], bias), above);
    }

    private static TorchSlot HardSigmoid(TorchNode n, double alpha, double beta) =>
        n.Call("clamp", n.Call("add.Scalar", n.Call("mul.Scalar", n[0], alpha), beta), 0, 1);
}
