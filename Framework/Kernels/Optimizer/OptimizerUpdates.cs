using Framework.Kernels.Elementwise;

namespace Framework.Kernels.Optimizer;

/// <summary>
/// Optimizer updates as elementwise programs: one pass over flat buffers of parameters, gradients and state, in place. Numbers that change
/// from step to step are inputs of one element; those that do not are constants of the program.
/// </summary>
public static class OptimizerUpdates
{
    /// <summary>Gradient descent: d = g + decay p; v = momentum v + d; p = p - rate (d + momentum v with Nesterov, else v).</summary>
    /// <param name="momentum">Share of the velocity that survives a step; with 0 there is no velocity.</param>
    /// <param name="weightDecay">Share of the parameter that is added to its gradient.</param>
    /// <param name="nesterov">Whether the gradient is taken as if one step ahead, in PyTorch's form.</param>
    /// <returns>A program of the inputs p, g, rate, v and the outputs p, v; without momentum there is no v.</returns>
    /// <exception cref="ArgumentException">Nesterov's form was asked for without momentum.</exception>
    public static ElementwiseProgram Sgd(float momentum, float weightDecay, bool nesterov = false)
    {
        if (nesterov && momentum == 0) throw new ArgumentException("Nesterov's form needs momentum.", nameof(nesterov));
        var build = new ElementwiseBuilder();
        var parameter = build.Input();
        var gradient = build.Input();
        var rate = build.Input();
        var step = weightDecay == 0 ? gradient : MultiplyAdd(build, build.Constant(weightDecay), parameter, gradient);
        if (momentum == 0)
        {
            build.Output(Descend(build, parameter, rate, step));
            return build.Build();
        }

        var share = build.Constant(momentum);
        var velocity = MultiplyAdd(build, share, build.Input(), step);
        build.Output(Descend(build, parameter, rate, nesterov ? MultiplyAdd(build, share, velocity, step) : velocity));
        build.Output(velocity);
        return build.Build();
    }

    /// <summary>
    /// Adam (Kingma and Ba 2015): m = β1 m + (1 - β1) g; v = β2 v + (1 - β2) g²; p = p - rate (m c1) / (√v c2 + ε). As in PyTorch,
    /// ε is added to the corrected root.
    /// </summary>
    /// <param name="beta1">Share of the mean gradient that survives a step.</param>
    /// <param name="beta2">Share of the mean squared gradient that survives a step.</param>
    /// <param name="epsilon">What keeps the quotient finite.</param>
    /// <param name="weightDecay">Share of the parameter that is added to its gradient, or, decoupled, taken off it times the rate.</param>
    /// <param name="decoupled">Whether decay passes by the means (AdamW, Loshchilov and Hutter 2019).</param>
    /// <returns>
    /// A program of the inputs p, g, rate, m, v, c1, c2 and the outputs p, m, v. At step t, counted from 1, c1 is 1 / (1 - β1^t) and
    /// c2 is 1 / √(1 - β2^t).
    /// </returns>
    public static ElementwiseProgram Adam(float beta1, float beta2, float epsilon, float weightDecay, bool decoupled = false)
    {
        var build = new ElementwiseBuilder();
        var parameter = build.Input();
        var gradient = build.Input();
        var rate = build.Input();
        var oldMean = build.Input();
        var oldSquare = build.Input();
        var meanCorrection = build.Input();
        var rootCorrection = build.Input();
        var decay = build.Constant(weightDecay);
        if (weightDecay != 0 && !decoupled) gradient = MultiplyAdd(build, decay, parameter, gradient);
        if (weightDecay != 0 && decoupled) parameter = Descend(build, parameter, rate, Multiply(build, decay, parameter));

        var mean = MultiplyAdd(build, build.Constant(1 - beta1), gradient, Multiply(build, build.Constant(beta1), oldMean));
        var scaledGradient = Multiply(build, build.Constant(1 - beta2), gradient);
        var square = MultiplyAdd(build, scaledGradient, gradient, Multiply(build, build.Constant(beta2), oldSquare));
        var root = MultiplyAdd(build, build.Apply(ElementwiseOperation.Sqrt, square), rootCorrection, build.Constant(epsilon));
        var step = build.Apply(ElementwiseOperation.Divide, Multiply(build, mean, meanCorrection), root);
        build.Output(Descend(build, parameter, rate, step));
        build.Output(mean);
        build.Output(square);
        return build.Build();
    }

    private static ElementwiseValue Multiply(ElementwiseBuilder build, ElementwiseValue a, ElementwiseValue b) =>
        build.Apply(ElementwiseOperation.Multiply, a, b);

    private static ElementwiseValue MultiplyAdd(ElementwiseBuilder build, ElementwiseValue a, ElementwiseValue b, ElementwiseValue c) =>
        build.Apply(ElementwiseOperation.MultiplyAdd, a, b, c);

    private static ElementwiseValue Descend(ElementwiseBuilder build, ElementwiseValue parameter, ElementwiseValue rate, ElementwiseValue step) =>
        build.Apply(ElementwiseOperation.NegatedMultiplyAdd, rate, step, parameter);
}
