namespace Framework.Kernels.Pooling;

/// <summary>The part of a window that lies in the input, as offsets into a plane. Moved along a row of outputs.</summary>
internal struct Window
{
    /// <summary>Elements from the plane's first to the first of the part.</summary>
    public nint First;

    /// <summary>Elements from the plane's first to the first of the input's row that the part begins in.</summary>
    public readonly nint RowFirst;

    /// <summary>Elements from one depth, row or column of the window to the next.</summary>
    public nint DepthStep;
    public nint RowStep;
    public nint ColumnStep;

    /// <summary>The depths, rows and columns of the part, counted within the window; ends exclusive.</summary>
    public int DepthFrom;
    public int DepthTo;
    public int RowFrom;
    public int RowTo;
    public int ColumnFrom;
    public int ColumnTo;

    /// <summary>What an average divides by.</summary>
    public int Divisor;

    private readonly PoolingAxis _width;
    private readonly int _lanes;
    private readonly bool _padded;
    private readonly int _kernelRows;
    private readonly int _rowDivisor;

    /// <summary>Prepares for a row of outputs.</summary>
    public Window(in PoolingProblem problem, int outputDepth, int outputRow)
    {
        PoolingAxis depth = problem.Depth, height = problem.Height;
        _width = problem.Width;
        _lanes = problem.Lanes;
        _padded = problem.Kind == PoolingKind.AverageWithPadding;
        _kernelRows = height.Kernel;
        (DepthFrom, DepthTo) = depth.Inside(outputDepth);
        (RowFrom, RowTo) = height.Inside(outputRow);
        DepthStep = (nint)depth.Dilation * height.Input * _width.Input * _lanes;
        RowStep = (nint)height.Dilation * _width.Input * _lanes;
        ColumnStep = (nint)_width.Dilation * _lanes;
        nint firstDepth = depth.First(outputDepth) + ((nint)DepthFrom * depth.Dilation);
        nint firstRow = height.First(outputRow) + ((nint)RowFrom * height.Dilation);
        RowFirst = ((firstDepth * height.Input) + firstRow) * _width.Input * _lanes;
        _rowDivisor = _padded
            ? depth.InsidePadded(outputDepth) * height.InsidePadded(outputRow)
            : (DepthTo - DepthFrom) * (RowTo - RowFrom);
    }

    /// <summary>Whether the window lies in the padding altogether.</summary>
    public readonly bool IsEmpty => DepthFrom == DepthTo || RowFrom == RowTo || ColumnFrom == ColumnTo;

    /// <summary>Moves to an output of the row.</summary>
    public void MoveTo(int column)
    {
        (ColumnFrom, ColumnTo) = _width.Inside(column);
        First = RowFirst + ((_width.First(column) + ((nint)ColumnFrom * _width.Dilation)) * _lanes);
        Divisor = _rowDivisor * (_padded ? _width.InsidePadded(column) : ColumnTo - ColumnFrom);
    }

    /// <summary>The number within the window of an element of its first column.</summary>
    public readonly int Number(int depth, int row) => ((depth * _kernelRows) + row) * _width.Kernel;
}
