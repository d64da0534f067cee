using Framework.Kernels.Elementwise;

namespace Framework.Kernels.Normalization;

/// <summary>
/// The elementwise part of a batch norm: programs over what is known of the channels, and programs over the tensor that read the results
/// of the former. Being elementwise, the latter can be joined with what follows, such as an addition and a ReLU.
/// </summary>
public static class BatchNormPrograms
{
    /// <summary>Channels: (variance, γ) to γ / √(variance + ε).</summary>
    /// <param name="epsilon">What keeps the quotient finite.</param>
    public static ElementwiseProgram Scale(float epsilon)
    {
        var build = new ElementwiseBuilder();
        build.Output(Scale(build, build.Input(), build.Input(), epsilon));
        return build.Build();
    }

    /// <summary>
    /// Tensor: (x, mean, scale, β) to (x - mean) scale + β. Taking the mean off first keeps the digits that a large mean would cost.
    /// </summary>
    /// <param name="adds">Whether a fifth operand, a tensor, is added.</param>
    /// <param name="activates">Whether a ReLU comes last.</param>
    public static ElementwiseProgram Normalize(bool adds = false, bool activates = false)
    {
        var build = new ElementwiseBuilder();
        var centred = build.Apply(ElementwiseOperation.Subtract, build.Input(), build.Input());
        var result = build.Apply(ElementwiseOperation.MultiplyAdd, centred, build.Input(), build.Input());
        if (adds) result = build.Apply(ElementwiseOperation.Add, result, build.Input());
        if (activates) result = build.Apply(ElementwiseOperation.Relu, result);
        build.Output(result);
        return build.Build();
    }

    /// <summary>
    /// Channels: (variance, γ, sum of dy, sum of dy (x - mean)) to (scale, a, b, dγ), the terms of <see cref="InputGradient"/> and the
    /// gradient of γ. That of β is the sum of dy itself.
    /// </summary>
    /// <param name="epsilon">What the forward pass added to the variance.</param>
    /// <param name="elementsPerChannel">Over how many elements mean and variance were taken.</param>
    public static ElementwiseProgram GradientTerms(float epsilon, long elementsPerChannel)
    {
        var build = new ElementwiseBuilder();
        var variance = build.Input();
        var gamma = build.Input();
        var sum = build.Input();
        var product = build.Input();
        var count = build.Constant(elementsPerChannel);
        var shifted = build.Apply(ElementwiseOperation.Add, variance, build.Constant(epsilon));
        build.Output(Scale(build, variance, gamma, epsilon));
        build.Output(build.Apply(ElementwiseOperation.Divide, sum, count));
        build.Output(build.Apply(
            ElementwiseOperation.Divide, build.Apply(ElementwiseOperation.Divide, product, count), shifted));
        build.Output(build.Apply(ElementwiseOperation.Divide, product, build.Apply(ElementwiseOperation.Sqrt, shifted)));
        return build.Build();
    }

    /// <summary>Tensor: (dy, x, mean, scale, a, b) to dx = scale (dy - a - (x - mean) b), through mean and variance too.</summary>
    public static ElementwiseProgram InputGradient()
    {
        var build = new ElementwiseBuilder();
        var gradient = build.Input();
        var centred = build.Apply(ElementwiseOperation.Subtract, build.Input(), build.Input());
        var scale = build.Input();
        var rest = build.Apply(ElementwiseOperation.Subtract, gradient, build.Input());
        rest = build.Apply(ElementwiseOperation.NegatedMultiplyAdd, centred, build.Input(), rest);
        build.Output(build.Apply(ElementwiseOperation.Multiply, scale, rest));
        return build.Build();
    }

    private static ElementwiseValue Scale(ElementwiseBuilder build, ElementwiseValue variance, ElementwiseValue gamma, float epsilon)
    {
        var shifted = build.Apply(ElementwiseOperation.Add, variance, build.Constant(epsilon));
        return build.Apply(ElementwiseOperation.Divide, gamma, build.Apply(ElementwiseOperation.Sqrt, shifted));
    }
}
