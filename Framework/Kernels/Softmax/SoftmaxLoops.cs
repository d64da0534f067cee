using System.Runtime.CompilerServices;
using Framework.Kernels.Axes;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Softmax;

/// <summary>What is done to the distributions of one axis object, in a few passes, of which all but the first find the data in cache.</summary>
internal static unsafe class SoftmaxLoops<TAxis, TSimd>
    where TAxis : unmanaged, IAxis<TAxis, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Softmax(in TAxis axis, float* x, float* y)
    {
        TSimd max = Max(axis, x);
        TSimd sum = AxisSum<TAxis, TSimd>.Of(axis, new StoredExponential(x, y, max));
        for (int step = 0; step < axis.Steps; step++) axis.Store(y, step, axis.Load(y, step, 0) / sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void LogSoftmax(in TAxis axis, float* x, float* y)
    {
        TSimd max = Max(axis, x);
        TSimd logSum = SimdMath.Log(AxisSum<TAxis, TSimd>.Of(axis, new Exponential(x, max)));
        for (int step = 0; step < axis.Steps; step++) axis.Store(y, step, axis.Load(x, step, 0) - max - logSum);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SoftmaxGradient(in TAxis axis, float* y, float* dy, float* dx)
    {
        TSimd sum = AxisSum<TAxis, TSimd>.Of(axis, new Product(y, dy));
        for (int step = 0; step < axis.Steps; step++) axis.Store(dx, step, axis.Load(y, step, 0) * (axis.Load(dy, step, 0) - sum));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void LogSoftmaxGradient(in TAxis axis, float* y, float* dy, float* dx)
    {
        TSimd sum = AxisSum<TAxis, TSimd>.Of(axis, new Plain(dy));
        for (int step = 0; step < axis.Steps; step++)
            axis.Store(dx, step, axis.Load(dy, step, 0) - (SimdMath.Exp(axis.Load(y, step, 0)) * sum));
    }

    /// <summary>Cross-entropy against classes, given as floats with a weight each; a class that does not exist matches nothing.</summary>
    /// <remarks>Where the weight is 0 loss and gradient are 0, whatever the logits hold.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CrossEntropyOfClasses(
        in TAxis axis, float* x, TSimd classes, TSimd weights, float* losses, float* logProbabilities, float* gradient, TSimd scale)
    {
        TSimd max = Max(axis, x);
        TSimd sum = AxisSum<TAxis, TSimd>.Of(axis, new Exponential(x, max));
        TSimd logSum = SimdMath.Log(sum);
        TSimd loss = TSimd.Zero;
        TSimd counts = ~TSimd.Equal(weights, TSimd.Zero);
        scale *= weights;
        for (int step = 0; step < axis.Steps; step++)
        {
            TSimd shifted = axis.Load(x, step, float.NegativeInfinity) - max;
            TSimd right = TSimd.Equal(axis.Index(step), classes);
            loss += right & (logSum - shifted);
            if (logProbabilities != null) axis.Store(logProbabilities, step, shifted - logSum);
            if (gradient == null) continue;
            TSimd probability = SimdMath.Exp(shifted) / sum;
            axis.Store(gradient, step, counts & (scale * (probability - (right & TSimd.Broadcast(1f)))));
        }

        if (losses != null) axis.StorePositions(losses, counts & (weights * axis.Sum(loss)));
    }

    /// <summary>Cross-entropy against probabilities. A target of 0 adds nothing, however unlikely its class.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CrossEntropyOfTargets(
        in TAxis axis, float* x, float* targets, float* losses, float* logProbabilities, float* gradient, TSimd scale)
    {
        TSimd max = Max(axis, x);
        TSimd sum = AxisSum<TAxis, TSimd>.Of(axis, new Exponential(x, max));
        TSimd logSum = SimdMath.Log(sum);
        if (losses != null) axis.StorePositions(losses, AxisSum<TAxis, TSimd>.Of(axis, new Entropy(x, targets, max, logSum)));
        TSimd total = AxisSum<TAxis, TSimd>.Of(axis, new Plain(targets));
        for (int step = 0; step < axis.Steps; step++)
        {
            TSimd shifted = axis.Load(x, step, float.NegativeInfinity) - max;
            if (logProbabilities != null) axis.Store(logProbabilities, step, shifted - logSum);
            if (gradient == null) continue;
            TSimd probability = SimdMath.Exp(shifted) / sum;
            axis.Store(gradient, step, scale * ((probability * total) - axis.Load(targets, step, 0)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Max(in TAxis axis, float* x)
    {
        TSimd max = TSimd.Broadcast(float.NegativeInfinity);
        for (int step = 0; step < axis.Steps; step++) max = TSimd.Max(max, axis.Load(x, step, float.NegativeInfinity));
        return axis.Max(max);
    }

    private readonly struct Plain(float* x) : IAxisTerm<TAxis, TSimd>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd At(in TAxis axis, int step) => axis.Load(x, step, 0);
    }

    private readonly struct Product(float* x, float* y) : IAxisTerm<TAxis, TSimd>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd At(in TAxis axis, int step) => axis.Load(x, step, 0) * axis.Load(y, step, 0);
    }

    private readonly struct Exponential(float* x, TSimd max) : IAxisTerm<TAxis, TSimd>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd At(in TAxis axis, int step) => SimdMath.Exp(axis.Load(x, step, float.NegativeInfinity) - max);
    }

    private readonly struct StoredExponential(float* x, float* y, TSimd max) : IAxisTerm<TAxis, TSimd>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd At(in TAxis axis, int step)
        {
            TSimd e = SimdMath.Exp(axis.Load(x, step, float.NegativeInfinity) - max);
            axis.Store(y, step, e);
            return e;
        }
    }

    private readonly struct Entropy(float* x, float* targets, TSimd max, TSimd logSum) : IAxisTerm<TAxis, TSimd>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd At(in TAxis axis, int step)
        {
            TSimd target = axis.Load(targets, step, 0);
            TSimd term = target * (logSum - (axis.Load(x, step, float.NegativeInfinity) - max));
            return TSimd.Select(TSimd.Equal(target, TSimd.Zero), TSimd.Zero, term);
        }
    }
}
