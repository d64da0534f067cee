using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Pooling;

/// <summary>What becomes of the elements of a window. The lanes of a vector are as many windows, a stride apart.</summary>
internal unsafe interface IWindowReduction
{
    /// <summary>Whether the result is the maximum of numbers that are finite.</summary>
    static virtual bool IsFiniteMaximum => false;

    /// <summary>Whether the place of the maximum is asked for.</summary>
    static virtual bool Places => false;

    /// <summary>Reduces one vector of windows.</summary>
    /// <param name="window">The part of the first window that lies in the input, which is that of the others as well.</param>
    /// <param name="first">Its first element.</param>
    /// <param name="stride">Elements from a window to the next.</param>
    /// <param name="output">Receives a float a lane.</param>
    /// <param name="argmax">Receives the place of the maximum for each lane, if the reduction has one.</param>
    /// <param name="doubt">Becomes NaN where the result may be wrong, since an element was NaN or infinite; else stays 0.</param>
    static abstract void Reduce<TSimd>(in Window window, float* first, nint stride, float* output, Argmax argmax, ref TSimd doubt)
        where TSimd : unmanaged, ISimd<TSimd>;
}

/// <summary>Where the places of the maxima go: bytes or floats.</summary>
internal readonly unsafe struct Argmax(byte* places, bool wide)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Argmax At(nint index) => new(places + (wide ? index * sizeof(float) : index), wide);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Load<TSimd>()
        where TSimd : unmanaged, ISimd<TSimd> => wide ? TSimd.Load((float*)places) : LaneBytes.Load<TSimd>(places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TSimd>(TSimd value)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        if (wide) TSimd.Store((float*)places, value);
        else LaneBytes.Store(places, value);
    }
}

/// <summary>The maximum alone, of numbers that are finite.</summary>
internal readonly unsafe struct FiniteMaxReduction : IWindowReduction
{
    public static bool IsFiniteMaximum => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reduce<TSimd>(in Window window, float* first, nint stride, float* output, Argmax argmax, ref TSimd doubt)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        TSimd best = TSimd.Broadcast(float.NegativeInfinity), unsure = doubt;
        for (int d = window.DepthFrom; d < window.DepthTo; d++, first += window.DepthStep)
        {
            float* row = first;
            for (int r = window.RowFrom; r < window.RowTo; r++, row += window.RowStep)
            {
                float* place = row;
                for (int c = window.ColumnFrom; c < window.ColumnTo; c++, place += window.ColumnStep)
                {
                    TSimd x = StridedLoad.Load<TSimd>(place, stride);
                    best = TSimd.Max(best, x);
                    TSimd.Accumulate(ref unsure, x, TSimd.Zero);
                }
            }
        }

        doubt = unsure;
        TSimd.Store(output, best);
    }
}

/// <summary>The maximum and its place, of numbers that are finite.</summary>
internal readonly unsafe struct FiniteArgmaxReduction : IWindowReduction
{
    public static bool IsFiniteMaximum => true;

    public static bool Places => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reduce<TSimd>(in Window window, float* first, nint stride, float* output, Argmax argmax, ref TSimd doubt)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        TSimd best = TSimd.Broadcast(float.NegativeInfinity), at = TSimd.Zero, unsure = doubt, one = TSimd.Broadcast(1);
        for (int d = window.DepthFrom; d < window.DepthTo; d++, first += window.DepthStep)
        {
            float* row = first;
            for (int r = window.RowFrom; r < window.RowTo; r++, row += window.RowStep)
            {
                float* place = row;
                TSimd number = TSimd.Broadcast(window.Number(d, r) + window.ColumnFrom);
                for (int c = window.ColumnFrom; c < window.ColumnTo; c++, place += window.ColumnStep)
                {
                    TSimd x = StridedLoad.Load<TSimd>(place, stride);
                    TSimd wins = TSimd.LessThan(best, x);
                    best = TSimd.Max(best, x);
                    at = TSimd.Select(wins, number, at);
                    TSimd.Accumulate(ref unsure, x, TSimd.Zero);
                    number += one;
                }
            }
        }

        doubt = unsure;
        TSimd.Store(output, best);
        argmax.Store(at);
    }
}

/// <summary>The maximum alone, of any numbers.</summary>
internal readonly unsafe struct MaxReduction : IWindowReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reduce<TSimd>(in Window window, float* first, nint stride, float* output, Argmax argmax, ref TSimd doubt)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        TSimd best = TSimd.Broadcast(float.NegativeInfinity);
        for (int d = window.DepthFrom; d < window.DepthTo; d++, first += window.DepthStep)
        {
            float* row = first;
            for (int r = window.RowFrom; r < window.RowTo; r++, row += window.RowStep)
            {
                float* place = row;
                for (int c = window.ColumnFrom; c < window.ColumnTo; c++, place += window.ColumnStep)
                    best = TSimd.Select(TSimd.Equal(best, best), TSimd.Max(best, StridedLoad.Load<TSimd>(place, stride)), best);
            }
        }

        TSimd.Store(output, best);
    }
}

/// <summary>The maximum and its place, of any numbers.</summary>
internal readonly unsafe struct ArgmaxReduction : IWindowReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reduce<TSimd>(in Window window, float* first, nint stride, float* output, Argmax argmax, ref TSimd doubt)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        // Starting from the first element itself rather than from minus infinity, so that a window of nothing else has a place too.
        TSimd best = TSimd.Broadcast(float.NegativeInfinity);
        TSimd at = TSimd.Zero;
        if (!window.IsEmpty)
        {
            best = StridedLoad.Load<TSimd>(first, stride);
            at = TSimd.Broadcast(window.Number(window.DepthFrom, window.RowFrom) + window.ColumnFrom);
        }

        for (int d = window.DepthFrom; d < window.DepthTo; d++, first += window.DepthStep)
        {
            float* row = first;
            for (int r = window.RowFrom; r < window.RowTo; r++, row += window.RowStep)
            {
                float* place = row;
                int number = window.Number(d, r);
                for (int c = window.ColumnFrom; c < window.ColumnTo; c++, place += window.ColumnStep)
                {
                    TSimd x = StridedLoad.Load<TSimd>(place, stride);
                    TSimd wins = ~TSimd.LessThanOrEqual(x, best) & TSimd.Equal(best, best);
                    best = TSimd.Select(wins, x, best);
                    at = TSimd.Select(wins, TSimd.Broadcast(number + c), at);
                }
            }
        }

        TSimd.Store(output, best);
        argmax.Store(at);
    }
}

/// <summary>The average. Rows are summed on their own first, so that the error grows with the sum of the extents, not their product.</summary>
internal readonly unsafe struct AverageReduction : IWindowReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reduce<TSimd>(in Window window, float* first, nint stride, float* output, Argmax argmax, ref TSimd doubt)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        TSimd total = TSimd.Zero;
        for (int d = window.DepthFrom; d < window.DepthTo; d++, first += window.DepthStep)
        {
            TSimd planeSum = TSimd.Zero;
            float* row = first;
            for (int r = window.RowFrom; r < window.RowTo; r++, row += window.RowStep)
            {
                TSimd rowSum = TSimd.Zero;
                float* place = row;
                for (int c = window.ColumnFrom; c < window.ColumnTo; c++, place += window.ColumnStep)
                    rowSum += StridedLoad.Load<TSimd>(place, stride);
                planeSum += rowSum;
            }

            total += planeSum;
        }

        TSimd.Store(output, window.Divisor == 0 ? TSimd.Zero : total / TSimd.Broadcast(window.Divisor));
    }
}
