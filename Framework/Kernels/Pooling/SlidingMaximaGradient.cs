using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Pooling;

/// <summary>
/// Hands a row of gradients to the maxima of windows of three rows and three columns, a column apart: what three windows in turn give to a column is summed
/// in registers, so that memory is touched once a column and row, not once a window.
/// </summary>
internal static unsafe class SlidingMaximaGradient<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Adds a row's gradients to those of the input.</summary>
    /// <param name="window">The windows of the row.</param>
    /// <param name="problem">What was pooled; one that <see cref="SlidingMaxima{TSimd}.Takes"/>.</param>
    /// <param name="plane">The gradient of the row's input plane.</param>
    /// <param name="outputGradient">The row's first gradient.</param>
    /// <param name="argmax">The place of its maximum.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(in Window window, in PoolingProblem problem, float* plane, float* outputGradient, Argmax argmax)
    {
        int columns = problem.Width.Input, outputs = problem.Width.Output, lanes = problem.Lanes, first = problem.Width.First(0);
        nint step = window.RowStep;
        bool hasTop = window.RowFrom == 0 && window.RowTo > 0, hasMiddle = window.RowFrom <= 1 && window.RowTo > 1, hasBottom = window.RowFrom <= 2 && window.RowTo > 2;
        for (int lane = 0; lane < lanes; lane += TSimd.Width)
        {
            float* top = plane + window.RowFirst - (window.RowFrom * step) + lane;
            TSimd left0 = TSimd.Zero, left1 = TSimd.Zero, left2 = TSimd.Zero;
            TSimd middle0 = TSimd.Zero, middle1 = TSimd.Zero, middle2 = TSimd.Zero;
            for (int column = 0; column < outputs + 2; column++)
            {
                TSimd right0 = TSimd.Zero, right1 = TSimd.Zero, right2 = TSimd.Zero;
                if (column < outputs)
                {
                    nint at = ((nint)column * lanes) + lane;
                    TSimd gradient = TSimd.Load(outputGradient + at), place = argmax.At(at).Load<TSimd>();
                    left0 += Share(gradient, place, 0);
                    middle0 += Share(gradient, place, 1);
                    right0 = Share(gradient, place, 2);
                    left1 += Share(gradient, place, 3);
                    middle1 += Share(gradient, place, 4);
                    right1 = Share(gradient, place, 5);
                    left2 += Share(gradient, place, 6);
                    middle2 += Share(gradient, place, 7);
                    right2 = Share(gradient, place, 8);
                }

                if ((uint)(column + first) < (uint)columns)
                {
                    float* target = top + ((nint)(column + first) * lanes);
                    if (hasTop) Add(target, left0);
                    if (hasMiddle) Add(target + step, left1);
                    if (hasBottom) Add(target + (2 * step), left2);
                }

                (left0, left1, left2) = (middle0, middle1, middle2);
                (middle0, middle1, middle2) = (right0, right1, right2);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Share(TSimd gradient, TSimd place, float number) => TSimd.Equal(place, TSimd.Broadcast(number)) & gradient;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* target, TSimd sum) => TSimd.Store(target, TSimd.Load(target) + sum);
}
