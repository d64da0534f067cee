using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Machine;

/// <summary>Multiply-adds that wait for nothing: more chains side by side than an instruction takes cycles, all in registers.</summary>
internal unsafe struct MultiplyAddChains<TSimd> : IJob
    where TSimd : unmanaged, ISimd<TSimd>
{
    private const int Chains = 12;
    private const int Rounds = 200_000;

    /// <summary>A place for the result of each item, so that the work is not left out.</summary>
    public float* Sums;

    /// <summary>Floating-point operations of an item.</summary>
    public static double Operations => 2.0 * Chains * Rounds * TSimd.Width;

    public readonly void Execute(int index, int worker) => Sums[index] = TSimd.Sum(Run(TSimd.Broadcast(0.5f), TSimd.Broadcast(1f)));

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static TSimd Run(TSimd factor, TSimd addend)
    {
        TSimd s0 = addend, s1 = addend, s2 = addend, s3 = addend, s4 = addend, s5 = addend;
        TSimd s6 = addend, s7 = addend, s8 = addend, s9 = addend, s10 = addend, s11 = addend;
        for (int round = 0; round < Rounds; round++)
        {
            s0 = TSimd.MultiplyAdd(s0, factor, addend);
            s1 = TSimd.MultiplyAdd(s1, factor, addend);
            s2 = TSimd.MultiplyAdd(s2, factor, addend);
            s3 = TSimd.MultiplyAdd(s3, factor, addend);
            s4 = TSimd.MultiplyAdd(s4, factor, addend);
            s5 = TSimd.MultiplyAdd(s5, factor, addend);
            s6 = TSimd.MultiplyAdd(s6, factor, addend);
            s7 = TSimd.MultiplyAdd(s7, factor, addend);
            s8 = TSimd.MultiplyAdd(s8, factor, addend);
            s9 = TSimd.MultiplyAdd(s9, factor, addend);
            s10 = TSimd.MultiplyAdd(s10, factor, addend);
            s11 = TSimd.MultiplyAdd(s11, factor, addend);
        }

        return s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7)) + (s8 + s9 + (s10 + s11));
    }
}
