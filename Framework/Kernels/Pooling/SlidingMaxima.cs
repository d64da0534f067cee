using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Pooling;

/// <summary>
/// A row of maxima over windows of three rows and three columns, a column apart, of numbers that are finite: each column's maximum is found once and
/// serves the three windows that hold it.
/// </summary>
internal static unsafe class SlidingMaxima<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    private const int Side = 3;

    /// <summary>Whether the problem's windows are of this form.</summary>
    public static bool Takes(in PoolingProblem problem) =>
        problem.Depth == PoolingAxis.None && problem.Height is { Kernel: Side, Dilation: 1 } && problem.Width is { Kernel: Side, Stride: 1, Dilation: 1 };

    /// <summary>Computes a row.</summary>
    /// <param name="window">The windows of the row.</param>
    /// <param name="problem">What is pooled.</param>
    /// <param name="plane">The row's input plane.</param>
    /// <param name="output">The row's first output.</param>
    /// <param name="argmax">Where the place of its maximum goes.</param>
    /// <param name="places">Whether places are asked for; a constant.</param>
    /// <param name="doubt">Becomes NaN where an element was NaN or infinite.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(in Window window, in PoolingProblem problem, float* plane, float* output, Argmax argmax, bool places, ref TSimd doubt)
    {
        int columns = problem.Width.Input, outputs = problem.Width.Output, lanes = problem.Lanes;
        int rows = window.RowTo - window.RowFrom, first = problem.Width.First(0);
        nint step = window.RowStep;
        TSimd firstNumber = TSimd.Broadcast(window.RowFrom * Side), secondNumber = TSimd.Broadcast((window.RowFrom + 1) * Side), thirdNumber = TSimd.Broadcast((window.RowFrom + 2) * Side);
        TSimd one = TSimd.Broadcast(1), two = TSimd.Broadcast(2), unsure = doubt, nothing = TSimd.Broadcast(float.NegativeInfinity);
        for (int lane = 0; lane < lanes; lane += TSimd.Width)
        {
            float* row = plane + window.RowFirst + lane;
            TSimd left = nothing, middle = nothing, leftRow = TSimd.Zero, middleRow = TSimd.Zero;
            for (int column = first; column < outputs + first + Side - 1; column++)
            {
                TSimd right = nothing, rightRow = TSimd.Zero;
                if ((uint)column < (uint)columns && rows > 0)
                {
                    float* place = row + ((nint)column * lanes);
                    right = TSimd.Load(place);
                    rightRow = firstNumber;
                    TSimd.Accumulate(ref unsure, right, TSimd.Zero);
                    if (rows > 1) Add(TSimd.Load(place + step), secondNumber, places, ref right, ref rightRow, ref unsure);
                    if (rows > 2) Add(TSimd.Load(place + (2 * step)), thirdNumber, places, ref right, ref rightRow, ref unsure);
                }

                nint at = ((nint)(column - first - (Side - 1)) * lanes) + lane;
                if (at >= 0)
                {
                    TSimd best = left, number = leftRow;
                    Join(middle, middleRow + one, places, ref best, ref number);
                    Join(right, rightRow + two, places, ref best, ref number);
                    TSimd.Store(output + at, best);
                    if (places) argmax.At(at).Store(number);
                }

                (left, leftRow) = (middle, middleRow);
                (middle, middleRow) = (right, rightRow);
            }
        }

        doubt = unsure;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TSimd x, TSimd row, bool places, ref TSimd best, ref TSimd bestRow, ref TSimd unsure)
    {
        if (places) bestRow = TSimd.Select(TSimd.LessThan(best, x), row, bestRow);
        best = TSimd.Max(best, x);
        TSimd.Accumulate(ref unsure, x, TSimd.Zero);
    }

    // Of equal maxima in two columns the one in the upper row comes first, and in one row that on the left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(TSimd x, TSimd place, bool places, ref TSimd best, ref TSimd bestPlace)
    {
        if (places)
        {
            TSimd wins = TSimd.LessThan(best, x) | (TSimd.Equal(best, x) & TSimd.LessThan(place, bestPlace));
            bestPlace = TSimd.Select(wins, place, bestPlace);
        }

        best = TSimd.Max(best, x);
    }
}
