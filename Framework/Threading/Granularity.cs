namespace Framework.Threading;

/// <summary>How finely kernels cut their work: by the work alone, so that the pieces are the same at any number of threads.</summary>
internal static class Granularity
{
    /// <summary>Items enough that a few threads come out even.</summary>
    private const int ItemsWanted = 16;

    /// <summary>Multiply-adds below which an item is not worth handing to another thread: some microseconds.</summary>
    private const long LeastMultiplyAdds = 1 << 17;

    /// <summary>Whether <paramref name="items"/> need not be cut further: there are enough, or their halves would be too small.</summary>
    public static bool IsFine(long items, long multiplyAdds) => items >= ItemsWanted || multiplyAdds / items < 2 * LeastMultiplyAdds;
}
