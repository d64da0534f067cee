namespace Framework.Inspection;

/// <summary>What a value knows of one spatial axis of the network's input.</summary>
/// <param name="Position">The value's axis along which the places lie, alone or together with others.</param>
/// <param name="Extent">The number of places.</param>
/// <param name="Size">How many places of the input one place depends on at most.</param>
/// <param name="Jump">How far apart in the input neighbouring places look.</param>
internal readonly record struct SpatialAxis(int Position, long Extent, double Size, double Jump)
{
    /// <summary>
    /// After a window that covers <paramref name="taps"/> places, <paramref name="dilation"/> apart, and moves by <paramref name="stride"/>.
    /// </summary>
    public SpatialAxis Window(long taps, long stride, long dilation, long extent) =>
        this with { Size = Size + ((taps - 1) * dilation * Jump), Jump = Jump * stride, Extent = extent };

    /// <summary>After something that sees all places.</summary>
    public SpatialAxis Whole() => Everywhere() with { Extent = 1 };

    /// <summary>After something that keeps the places, each of which sees all.</summary>
    public SpatialAxis Everywhere() => this with { Size = Size + ((Extent - 1) * Jump) };

    /// <summary>Where two values meet: what either depends on.</summary>
    public SpatialAxis Union(SpatialAxis other) =>
        this with { Extent = Math.Max(Extent, other.Extent), Size = Math.Max(Size, other.Size), Jump = Math.Max(Jump, other.Jump) };
}
