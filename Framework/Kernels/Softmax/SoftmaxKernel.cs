using Framework.Kernels.Axes;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Softmax;

/// <summary>Where the operands of a cross-entropy lie. What is null is not read or not computed.</summary>
public unsafe struct CrossEntropyArguments
{
    /// <summary>The logits, of the problem's shape.</summary>
    public float* Logits;

    /// <summary>The right class of each position, [Outer, Inner]; or null where <see cref="Targets"/> are given.</summary>
    public long* Classes;

    /// <summary>The wanted probability of each class, of the problem's shape; or null where <see cref="Classes"/> are given.</summary>
    public float* Targets;

    /// <summary>What a position of each class counts, a float a class; null for 1. Only with <see cref="Classes"/>.</summary>
    public float* ClassWeights;

    /// <summary>Positions of this class count nothing. It need not be a class that exists.</summary>
    public long? IgnoredClass;

    /// <summary>Receives the loss of each position, [Outer, Inner]: weight times minus the logarithm of the right class's probability.</summary>
    public float* Losses;

    /// <summary>Receives the logarithms of the probabilities, of the problem's shape.</summary>
    public float* LogProbabilities;

    /// <summary>Receives the gradient of the summed losses for the logits, times <see cref="GradientScale"/>. May be <see cref="Logits"/>.</summary>
    public float* LogitsGradient;

    /// <summary>One float: the gradient of what is made of the summed losses, 1 / positions for a mean; null for 1.</summary>
    public float* GradientScale;
}

/// <summary>The ways to normalise along an axis, best first, the reference last.</summary>
public static class SoftmaxKernels
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<SoftmaxKernel> List { get; } =
    [
        new AxisSoftmax<AlongAxis<Simd512>, Simd512>("RowSoftmax"),
        new AxisSoftmax<AcrossAxis<Simd512>, Simd512>("ColumnSoftmax"),
        new AxisSoftmax<AlongAxis<Simd256>, Simd256>("RowSoftmax"),
        new AxisSoftmax<AcrossAxis<Simd256>, Simd256>("ColumnSoftmax"),
        new AxisSoftmax<AlongAxis<Simd128>, Simd128>("RowSoftmax"),
        new AxisSoftmax<AcrossAxis<Simd128>, Simd128>("ColumnSoftmax"),
        new AxisSoftmax<AcrossAxis<SimdScalar>, SimdScalar>("ColumnSoftmax"),
    ];
}

/// <summary>Softmax, its logarithm, their gradients, and cross-entropy. Without state; results do not depend on the number of threads.</summary>
/// <remarks>The largest element is taken off first, so that nothing overflows. A NaN, an infinity above or nothing but infinities below make a
/// distribution NaN.</remarks>
public abstract unsafe class SoftmaxKernel : IKernel<AxisProblem>
{
    private protected SoftmaxKernel(string form, InstructionSet set)
    {
        Name = form + set;
        Set = set;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public abstract string? Refusal(in AxisProblem problem);

    /// <summary>y = e^x / sum of e^x; y may be x.</summary>
    public abstract void Softmax(in AxisProblem problem, float* x, float* y, WorkerPool pool);

    /// <summary>y = x - ln of the sum of e^x; y may be x.</summary>
    public abstract void LogSoftmax(in AxisProblem problem, float* x, float* y, WorkerPool pool);

    /// <summary>dx = y (dy - sum of dy y), from the result y; dx may be either.</summary>
    public abstract void SoftmaxGradient(in AxisProblem problem, float* y, float* dy, float* dx, WorkerPool pool);

    /// <summary>dx = dy - e^y sum of dy, from the result y; dx may be either.</summary>
    public abstract void LogSoftmaxGradient(in AxisProblem problem, float* y, float* dy, float* dx, WorkerPool pool);

    /// <summary>The cross-entropy of the logits' softmax against classes or probabilities, and its gradient.</summary>
    /// <exception cref="ArgumentException">Not exactly one of classes and targets is given.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A class is neither ignored nor from 0 to below the axis's length. Nothing has been
    /// written then.</exception>
    public void CrossEntropy(in AxisProblem problem, in CrossEntropyArguments arguments, WorkerPool pool)
    {
        if (problem.Positions == 0) return;
        if ((arguments.Classes == null) == (arguments.Targets == null))
            throw new ArgumentException("Either classes or targets must be given.", nameof(arguments));
        if (arguments.Classes != null) RequireClasses(problem, arguments);
        RunCrossEntropy(problem, arguments, pool);
    }

    private protected abstract void RunCrossEntropy(in AxisProblem problem, in CrossEntropyArguments arguments, WorkerPool pool);

    private static void RequireClasses(in AxisProblem problem, in CrossEntropyArguments arguments)
    {
        for (nint i = 0; i < problem.Positions; i++)
        {
            long c = arguments.Classes[i];
            if ((c < 0 || c >= problem.Length) && c != arguments.IgnoredClass)
                throw new ArgumentOutOfRangeException(nameof(arguments), c, $"The class at position {i} is not from 0 to {problem.Length - 1}.");
        }
    }
}
