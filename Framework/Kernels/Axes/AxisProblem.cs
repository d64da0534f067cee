namespace Framework.Kernels.Axes;

/// <summary>A tensor seen as [Outer, Length, Inner], worked on along the middle.</summary>
public readonly record struct AxisProblem
{
    /// <summary>States a problem.</summary>
    /// <param name="outer">Elements before the axis; at least 0.</param>
    /// <param name="length">Elements along the axis; from 1 to 2^24.</param>
    /// <param name="inner">Elements behind the axis; 1 where it is the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AxisProblem(int outer, int length, int inner = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(outer);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 1 << 24);
        ArgumentOutOfRangeException.ThrowIfNegative(inner);
        Outer = outer;
        Length = length;
        Inner = inner;
    }

    /// <summary>Elements before the axis.</summary>
    public int Outer { get; }

    /// <summary>Elements along the axis.</summary>
    public int Length { get; }

    /// <summary>Elements behind the axis.</summary>
    public int Inner { get; }

    /// <summary>How many slices along the axis there are.</summary>
    public nint Positions => (nint)Outer * Inner;
}
