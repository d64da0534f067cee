using Framework.Kernels.Simd;

namespace Framework.Kernels;

/// <summary>One way to solve the problems of a family of kernels.</summary>
/// <typeparam name="TProblem">The family's problem descriptor, valid by construction.</typeparam>
public interface IKernel<TProblem>
{
    /// <summary>What tells the implementation from its fellows: the family, the form and the instruction set.</summary>
    string Name { get; }

    /// <summary>The instruction set that the implementation is compiled for.</summary>
    InstructionSet Set { get; }

    /// <summary>Why the implementation cannot solve a problem; null where it can.</summary>
    string? Refusal(in TProblem problem);
}

/// <summary>How a family's list, best implementation first, is read.</summary>
public static class KernelList
{
    /// <summary>The first implementation that does not refuse.</summary>
    /// <param name="kernels">The family's list.</param>
    /// <param name="problem">What is to be solved.</param>
    /// <param name="widest">The widest instruction set that may be used.</param>
    /// <exception cref="ArgumentOutOfRangeException">This process does not support the instruction set.</exception>
    /// <exception cref="InvalidOperationException">All refuse, which a list that ends with a reference rules out.</exception>
    public static TKernel Select<TKernel, TProblem>(this IReadOnlyList<TKernel> kernels, in TProblem problem, InstructionSet widest)
        where TKernel : IKernel<TProblem>
    {
        if (!widest.IsSupported) throw new ArgumentOutOfRangeException(nameof(widest), widest, "This process does not support the instruction set.");
        foreach (var kernel in kernels)
        {
            if (kernel.Set <= widest && kernel.Refusal(problem) is null) return kernel;
        }

        throw new InvalidOperationException($"No kernel of {typeof(TKernel).Name} solves {problem}.");
    }
}
