using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Axes;

/// <summary>How vectors run through one or several slices at once.</summary>
internal unsafe interface IAxis<TSelf, TSimd>
    where TSelf : unmanaged, IAxis<TSelf, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    static abstract string? Refusal(in AxisProblem problem);

    /// <summary>How many slices an axis object goes through side by side at most.</summary>
    static abstract int MostPositions { get; }

    /// <summary>For <paramref name="positions"/> neighbouring slices of a problem.</summary>
    static abstract TSelf Create(in AxisProblem problem, int positions);

    /// <summary>Vectors to go through.</summary>
    int Steps { get; }

    /// <summary>The vector of a step; lanes that stand for nothing are <paramref name="fill"/>.</summary>
    TSimd Load(float* first, int step, float fill);

    /// <summary>Writes the vector of a step, but for lanes that stand for nothing.</summary>
    void Store(float* first, int step, TSimd value);

    /// <summary>Where along the axis the lanes of a step are.</summary>
    TSimd Index(int step);

    /// <summary>Each lane's slice's sum of what its lanes have added up.</summary>
    TSimd Sum(TSimd lanes);

    /// <summary>Each lane's slice's largest of what its lanes have found.</summary>
    TSimd Max(TSimd lanes);

    /// <summary>A number for each slice, in the lanes of its elements.</summary>
    TSimd LoadPositions(float* values);

    /// <summary>Writes a number for each slice.</summary>
    void StorePositions(float* target, TSimd value);
}

/// <summary>The lanes are neighbours along the axis, which is the last; one slice at a time.</summary>
internal readonly unsafe struct AlongAxis<TSimd>(int length) : IAxis<AlongAxis<TSimd>, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    public static int MostPositions => 1;

    public int Steps => (length + TSimd.Width - 1) / TSimd.Width;

    public static string? Refusal(in AxisProblem problem) => problem.Inner == 1 ? null : "The axis is not the last.";

    public static AlongAxis<TSimd> Create(in AxisProblem problem, int positions) => new(problem.Length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Load(float* first, int step, float fill)
    {
        int from = step * TSimd.Width;
        return from + TSimd.Width <= length ? TSimd.Load(first + from) : Lanes.LoadPartial<TSimd>(first + from, length - from, fill);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* first, int step, TSimd value)
    {
        int from = step * TSimd.Width;
        if (from + TSimd.Width <= length) TSimd.Store(first + from, value);
        else TSimd.StorePartial(first + from, value, length - from);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Index(int step) => Lanes.Count<TSimd>() + TSimd.Broadcast(step * TSimd.Width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Sum(TSimd lanes) => TSimd.Broadcast(TSimd.Sum(lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Max(TSimd lanes) => TSimd.Broadcast(TSimd.MaxLane(lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd LoadPositions(float* values) => TSimd.Broadcast(*values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePositions(float* target, TSimd value) => TSimd.StorePartial(target, value, 1);
}

/// <summary>The lanes are neighbours behind the axis: as many slices side by side.</summary>
internal readonly unsafe struct AcrossAxis<TSimd>(int length, int stride, int positions) : IAxis<AcrossAxis<TSimd>, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    public static int MostPositions => TSimd.Width;

    public int Steps => length;

    public static string? Refusal(in AxisProblem problem) => null;

    public static AcrossAxis<TSimd> Create(in AxisProblem problem, int positions) => new(problem.Length, problem.Inner, positions);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Load(float* first, int step, float fill) => LoadPositions(first + ((nint)step * stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* first, int step, TSimd value) => StorePositions(first + ((nint)step * stride), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Index(int step) => TSimd.Broadcast(step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Sum(TSimd lanes) => lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Max(TSimd lanes) => lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd LoadPositions(float* values) => positions == TSimd.Width ? TSimd.Load(values) : TSimd.LoadPartial(values, positions);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePositions(float* target, TSimd value)
    {
        if (positions == TSimd.Width) TSimd.Store(target, value);
        else TSimd.StorePartial(target, value, positions);
    }
}
