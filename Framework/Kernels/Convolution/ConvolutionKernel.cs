using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>One way to compute a convolution or one of its gradients. Without state; results do not depend on the number of threads.</summary>
public abstract unsafe class ConvolutionKernel : IKernel<ConvolutionProblem>
{
    private protected ConvolutionKernel(string name, InstructionSet set)
    {
        Name = name;
        Set = set;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public abstract string? Refusal(in ConvolutionProblem problem);

    /// <summary>How the input, or its gradient, must lie.</summary>
    public virtual BlockedLayout InputLayout(in ConvolutionProblem problem) => BlockedLayout.Plain;

    /// <summary>How the output, its gradient and a residual must lie.</summary>
    public virtual BlockedLayout OutputLayout(in ConvolutionProblem problem) => BlockedLayout.Plain;

    /// <summary>Floats of scratch that a run by <paramref name="threads"/> threads needs.</summary>
    public virtual nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => 0;
}

/// <summary>A kernel that reads weights, after rearranging them for itself in a step of its own.</summary>
public abstract unsafe class WeightReadingKernel : ConvolutionKernel
{
    private protected WeightReadingKernel(string name, InstructionSet set)
        : base(name, set)
    {
    }

    /// <summary>Floats that the packed weights take; 0 where the kernel reads them as the problem defines them.</summary>
    public virtual nint PackedWeightFloats(in ConvolutionProblem problem) => 0;

    /// <summary>Packs weights once for many runs; only where <see cref="PackedWeightFloats"/> is not 0.</summary>
    /// <param name="problem">The problem; its batch and fused operations do not matter.</param>
    /// <param name="weights">[output channels][input channels / groups][taps].</param>
    /// <param name="packed">What <see cref="PackedWeightFloats"/> asks for; must not overlap.</param>
    /// <param name="pool">Who does the work.</param>
    public virtual void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        throw new NotSupportedException($"{Name} reads weights as they lie.");
}

/// <summary>Where the tensors of a convolution lie. Nothing may overlap the output.</summary>
public unsafe struct ForwardArguments
{
    /// <summary>The input, in the kernel's input layout.</summary>
    public float* Input;

    /// <summary>The weights, packed by the kernel.</summary>
    public float* Weights;

    /// <summary>A number for each output channel, where the problem has a bias.</summary>
    public float* Bias;

    /// <summary>What is added, in the kernel's output layout, where the problem has a residual.</summary>
    public float* Residual;

    /// <summary>The output, in the kernel's output layout.</summary>
    public float* Output;

    /// <summary>Scratch of <see cref="ConvolutionKernel.WorkspaceFloats"/> floats.</summary>
    public float* Workspace;
}

/// <summary>A way to compute the output.</summary>
public abstract class ForwardKernel : WeightReadingKernel
{
    private protected ForwardKernel(string name, InstructionSet set)
        : base(name, set)
    {
    }

    /// <summary>Computes activation(convolution + bias + residual).</summary>
    public abstract void Run(in ConvolutionProblem problem, in ForwardArguments arguments, WorkerPool pool);
}

/// <summary>Where the tensors of an input gradient lie. Nothing may overlap the result.</summary>
public unsafe struct InputGradientArguments
{
    /// <summary>The gradient of the output, in the kernel's output layout.</summary>
    public float* OutputGradient;

    /// <summary>The weights, packed by the kernel.</summary>
    public float* Weights;

    /// <summary>The result: the gradient of the input, in the kernel's input layout.</summary>
    public float* InputGradient;

    /// <summary>Scratch of <see cref="ConvolutionKernel.WorkspaceFloats"/> floats.</summary>
    public float* Workspace;
}

/// <summary>A way to compute the gradient of the input; also the forward form of a transposed convolution.</summary>
public abstract class InputGradientKernel : WeightReadingKernel
{
    private protected InputGradientKernel(string name, InstructionSet set)
        : base(name, set)
    {
    }

    /// <summary>Computes the gradient. What the problem fuses behind the sum plays no part.</summary>
    public abstract void Run(in ConvolutionProblem problem, in InputGradientArguments arguments, WorkerPool pool);
}

/// <summary>Where the tensors of a weight gradient lie. Nothing may overlap the result.</summary>
public unsafe struct WeightGradientArguments
{
    /// <summary>The input, in the kernel's input layout.</summary>
    public float* Input;

    /// <summary>The gradient of the output, in the kernel's output layout.</summary>
    public float* OutputGradient;

    /// <summary>The result, laid out as the problem defines weights; overwritten.</summary>
    public float* WeightGradient;

    /// <summary>Scratch of <see cref="ConvolutionKernel.WorkspaceFloats"/> floats.</summary>
    public float* Workspace;
}

/// <summary>A way to compute the gradient of the weights.</summary>
public abstract class WeightGradientKernel : ConvolutionKernel
{
    private protected WeightGradientKernel(string name, InstructionSet set)
        : base(name, set)
    {
    }

    /// <summary>Computes the gradient, summed over the batch.</summary>
    public abstract void Run(in ConvolutionProblem problem, in WeightGradientArguments arguments, WorkerPool pool);
}
