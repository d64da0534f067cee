using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Winograd;

/// <summary>A matrix applied from both sides: to the columns of a square of vectors, then to the rows.</summary>
internal static unsafe class Square<TSimd, TTransform>
    where TSimd : unmanaged, ISimd<TSimd>
    where TTransform : ITransform
{
    private const int LargestSide = 8;

    /// <summary>Transforms a square.</summary>
    /// <param name="source">The first vector.</param>
    /// <param name="rowStep">Floats from a row to the next.</param>
    /// <param name="columnStep">Floats from a column to the next.</param>
    /// <param name="target">The results, row by row.</param>
    /// <param name="targetStep">Floats from a result to the next.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    public static void Run(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
    {
        float* half = stackalloc float[LargestSide * LargestSide * 16];
        nint halfRow = (nint)TTransform.From * TSimd.Width;
        for (int column = 0; column < TTransform.From; column++)
            TTransform.Run<TSimd>(source + (column * columnStep), rowStep, half + (column * TSimd.Width), halfRow);
        for (int row = 0; row < TTransform.To; row++)
            TTransform.Run<TSimd>(half + (row * halfRow), TSimd.Width, target + (row * TTransform.To * targetStep), targetStep);
    }
}
