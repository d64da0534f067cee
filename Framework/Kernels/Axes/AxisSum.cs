using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Axes;

/// <summary>A term of a sum along an axis.</summary>
internal interface IAxisTerm<TAxis, TSimd>
{
    /// <summary>The terms of a step's lanes; 0 where a lane stands for nothing.</summary>
    TSimd At(in TAxis axis, int step);
}

/// <summary>Sums along an axis, in a fixed order.</summary>
internal static class AxisSum<TAxis, TSimd>
    where TAxis : unmanaged, IAxis<TAxis, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Terms that are added one after the other before their sum is added to the others', which keeps the error of long sums down.</summary>
    private const int Block = 64;

    /// <summary>The sum of each slice, in all of its lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Of<TTerm>(in TAxis axis, TTerm term)
        where TTerm : struct, IAxisTerm<TAxis, TSimd>
    {
        TSimd total = TSimd.Zero;
        int step = 0, steps = axis.Steps;
        while (step <= steps - 4)
        {
            // Four sums at a time, since an addition takes four cycles to come back.
            TSimd a = TSimd.Zero, b = TSimd.Zero, c = TSimd.Zero, d = TSimd.Zero;
            int last = Math.Min(steps - 4, step + (4 * (Block - 1)));
            for (; step <= last; step += 4)
            {
                a += term.At(axis, step);
                b += term.At(axis, step + 1);
                c += term.At(axis, step + 2);
                d += term.At(axis, step + 3);
            }

            total += (a + b) + (c + d);
        }

        for (; step < steps; step++) total += term.At(axis, step);
        return axis.Sum(total);
    }
}
