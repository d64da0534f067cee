using Framework.Kernels.Simd;

namespace Framework.Kernels.Gemm;

/// <summary>Bias, residual and activation on a block of C whose sums are complete and still in the nearest cache.</summary>
internal static unsafe class GemmEpilogue
{
    /// <param name="c">The block's first element.</param>
    /// <param name="stepC">Floats from a row to the next.</param>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="columns">Columns of the block.</param>
    /// <param name="rowBias">A number for each row, or null.</param>
    /// <param name="columnBias">A number for each column, or null.</param>
    /// <param name="residual">What is added element by element, its rows <paramref name="stepC"/> apart too; or null.</param>
    /// <param name="activation">What is applied last.</param>
    public static void Apply<TSimd>(
        float* c, nint stepC, int rows, int columns, float* rowBias, float* columnBias, float* residual, FusedActivation activation)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        if (rowBias is null && columnBias is null && residual is null && activation == FusedActivation.None) return;
        TSimd floor = TSimd.Broadcast(activation == FusedActivation.Relu ? 0f : float.NegativeInfinity);
        for (int row = 0; row < rows; row++, c += stepC)
        {
            TSimd bias = TSimd.Broadcast(rowBias is null ? 0f : rowBias[row]);
            for (int column = 0; column < columns; column += TSimd.Width)
            {
                int count = Math.Min(TSimd.Width, columns - column);
                TSimd value = TSimd.LoadPartial(c + column, count) + bias;
                if (columnBias is not null) value += TSimd.LoadPartial(columnBias + column, count);
                if (residual is not null) value += TSimd.LoadPartial(residual + (row * stepC) + column, count);
                TSimd.StorePartial(c + column, TSimd.Max(floor, value), count);
            }
        }
    }
}
