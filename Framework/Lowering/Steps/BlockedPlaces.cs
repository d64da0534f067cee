using Framework.Graphs;

namespace Framework.Lowering.Steps;

/// <summary>Where the elements of a value lie in memory.</summary>
internal static class BlockedPlaces
{
    /// <summary>For each element, in row-major order, its place in the value's layout.</summary>
    public static int[] Of(Value value)
    {
        var shape = value.Shape!.ToShape(value.Name);
        if (!value.Layout.IsBlocked) return [.. Enumerable.Range(0, shape.ElementCount)];
        int channels = shape[1], spatial = shape[2..].ElementCount, lanes = value.Layout.ChannelBlock, blocks = (channels + lanes - 1) / lanes;
        var places = new int[shape.ElementCount];
        for (int i = 0; i < places.Length; i++)
        {
            (int rest, int point) = Math.DivRem(i, spatial);
            (int image, int channel) = Math.DivRem(rest, channels);
            places[i] = (((((image * blocks) + (channel / lanes)) * spatial) + point) * lanes) + (channel % lanes);
        }

        return places;
    }
}
