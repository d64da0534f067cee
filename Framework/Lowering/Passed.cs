using Framework.Kernels;
using Framework.Kernels.Simd;

namespace Framework.Lowering;

/// <summary>Why the kernels before the chosen one in their list were passed over: the chosen one is the first that does not refuse, unless the network decides.</summary>
internal static class Passed
{
    public static IReadOnlyList<string> Over<TKernel, TProblem>(IReadOnlyList<TKernel> list, TKernel chosen, TProblem problem, InstructionSet widest, string? network = null)
        where TKernel : class, IKernel<TProblem>
    {
        var reasons = new List<string>();
        foreach (var kernel in list)
        {
            if (ReferenceEquals(kernel, chosen)) break;
            if (kernel.Set <= widest) reasons.Add($"{kernel.Name}: {kernel.Refusal(problem) ?? network}");
        }

        return reasons;
    }
}
