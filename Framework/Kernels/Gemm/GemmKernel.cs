using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Gemm;

/// <summary>Where the matrices of one product lie. Nothing may overlap C.</summary>
public unsafe struct GemmArguments
{
    /// <summary>A; not read where <see cref="PackedA"/> is given.</summary>
    public float* A;

    /// <summary>B; not read where <see cref="PackedB"/> is given.</summary>
    public float* B;

    /// <summary>C.</summary>
    public float* C;

    /// <summary>The bias, where the problem has one.</summary>
    public float* Bias;

    /// <summary>A as <see cref="GemmKernel.PackA"/> wrote it, or null.</summary>
    public float* PackedA;

    /// <summary>B as <see cref="GemmKernel.PackB"/> wrote it, or null.</summary>
    public float* PackedB;

    /// <summary>Scratch of <see cref="GemmKernel.WorkspaceFloats"/> floats; its contents do not matter.</summary>
    public float* Workspace;
}

/// <summary>One way to compute a <see cref="GemmProblem"/>. Without state; results do not depend on the number of threads.</summary>
public abstract unsafe class GemmKernel : IKernel<GemmProblem>
{
    private protected GemmKernel(string name, InstructionSet set)
    {
        Name = name;
        Set = set;
    }

    /// <summary>States tile and instruction set, as in <c>Gemm12x32Vector512</c>.</summary>
    public string Name { get; }

    /// <summary>The instructions that the kernel needs.</summary>
    public InstructionSet Set { get; }

    /// <summary>Why the kernel cannot do, or is no good at, the problem; null where it takes it.</summary>
    public abstract string? Refusal(in GemmProblem problem);

    /// <summary>Floats that a packed A takes; 0 where the kernel reads A as it lies.</summary>
    public virtual nint PackedFloatsA(in GemmProblem problem) => 0;

    /// <summary>Floats that a packed B takes; 0 where the kernel reads B as it lies.</summary>
    public virtual nint PackedFloatsB(in GemmProblem problem) => 0;

    /// <summary>Packs A once for many products; only where <see cref="PackedFloatsA"/> is not 0.</summary>
    public virtual void PackA(in GemmProblem problem, float* a, float* packed, WorkerPool pool) => throw NotPacking();

    /// <summary>Packs B once for many products; only where <see cref="PackedFloatsB"/> is not 0.</summary>
    public virtual void PackB(in GemmProblem problem, float* b, float* packed, WorkerPool pool) => throw NotPacking();

    /// <summary>Floats of scratch that a run by <paramref name="threads"/> threads needs, whether or not operands come packed.</summary>
    public virtual nint WorkspaceFloats(in GemmProblem problem, int threads) => 0;

    /// <summary>Computes the product.</summary>
    public abstract void Run(in GemmProblem problem, in GemmArguments arguments, WorkerPool pool);

    private NotSupportedException NotPacking() => new($"{Name} reads its operands as they lie.");
}
