using Framework.Graphs;

namespace Framework.Lowering;

/// <summary>Extents of values as they lie in memory.</summary>
internal static class Blocks
{
    /// <summary>The number of elements in memory, the padding of the last channel block included.</summary>
    public static long ElementCount(Value value)
    {
        var shape = value.Shape!;
        long count = shape.ElementCount.Value;
        if (!value.Layout.IsBlocked || count == 0) return count;
        long channels = shape[1].Value, block = value.Layout.ChannelBlock;
        return count / channels * ((channels + block - 1) / block * block);
    }
}
