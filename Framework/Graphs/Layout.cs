namespace Framework.Graphs;

/// <summary>How a value's elements lie in memory inside a plan.</summary>
/// <param name="ChannelBlock">
/// 0: row-major as the shape says. Otherwise the second axis is cut into blocks of so many channels and a block is the
/// innermost axis (NCHWc), its last one filled up with zeros.
/// </param>
public readonly record struct Layout(int ChannelBlock)
{
    /// <summary>Row-major.</summary>
    public static Layout Plain => default;

    /// <summary>Whether channels are cut into blocks.</summary>
    public bool IsBlocked => ChannelBlock > 0;

    /// <inheritdoc/>
    public override string ToString() => IsBlocked ? $"NCHW{ChannelBlock}c" : "plain";
}
