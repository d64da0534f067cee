using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.RandomNumbers;

/// <summary>A part of a random sequence. Element i comes from word i modulo 4 of block i / 4, whoever computes it.</summary>
/// <param name="Count">Elements; at least 0.</param>
/// <param name="Seed">The generator's key.</param>
/// <param name="Stream">Which of the key's sequences: a number for each use and step of training.</param>
public readonly record struct RandomProblem(nint Count, ulong Seed, ulong Stream)
{
    /// <summary>Elements; at least 0.</summary>
    public nint Count { get; } = Count >= 0 ? Count : throw new ArgumentOutOfRangeException(nameof(Count));
}

/// <summary>The ways to draw random numbers, best first.</summary>
public static class RandomKernels
{
    /// <summary>All of them. Every implementation draws the same numbers.</summary>
    public static IReadOnlyList<RandomKernel> List { get; } =
    [
        new BlockRandomKernel<BlocksSideBySide<Blocks512>, Simd512>(),
        new BlockRandomKernel<BlocksSideBySide<Blocks256>, Simd256>(),
        new BlockRandomKernel<SingleBlocks, Simd128>(),
        new BlockRandomKernel<SingleBlocks, SimdScalar>(),
    ];
}

/// <summary>Draws random numbers, and drops elements by them. Results do not depend on the number of threads.</summary>
public abstract unsafe class RandomKernel : IKernel<RandomProblem>
{
    private protected RandomKernel(InstructionSet set) => Set = set;

    /// <inheritdoc/>
    public string Name => $"Philox4x32{Set}";

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public abstract string? Refusal(in RandomProblem problem);

    /// <summary>Fills with numbers from 0 to below 1, each a multiple of 2^-24.</summary>
    public abstract void Uniform(in RandomProblem problem, float* target, WorkerPool pool);

    /// <summary>
    /// Dropout: keeps an element where its random number is at least <paramref name="ratio"/> and divides it by the share that is kept, else
    /// writes 0. The same call on the gradient is dropout's backward pass; no mask need be kept.
    /// </summary>
    /// <param name="problem">Elements and sequence.</param>
    /// <param name="ratio">The share to drop, from 0 to below 1.</param>
    /// <param name="source">The elements.</param>
    /// <param name="target">The result; may be <paramref name="source"/>.</param>
    /// <param name="mask">A byte an element, 1 where it is kept; null where nobody asks.</param>
    /// <param name="pool">The threads to use.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ratio is out of its range.</exception>
    public void Dropout(in RandomProblem problem, float ratio, float* source, float* target, byte* mask, WorkerPool pool)
    {
        if (!(ratio >= 0 && ratio < 1)) throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "A share from 0 to below 1 can be dropped.");
        RunDropout(problem, ratio, source, target, mask, pool);
    }

    private protected abstract void RunDropout(
        in RandomProblem problem, float ratio, float* source, float* target, byte* mask, WorkerPool pool);
}
