namespace Framework.Graphs;

/// <summary>How a value's elements lie in memory inside a plan.</summary>
/// <param name="ChannelBlock">
/// Where above 0 the second axis is cut into blocks of so many channels and a block is the innermost axis (NCHWc), its last one filled up with zeros.
/// </param>
/// <param name="ImageBlock">
/// Where above 0 the first axis is cut into blocks of so many images, which divide it, and a block is the innermost axis (NCHWn).
/// </param>
/// <remarks>With neither, elements lie row-major as the shape says.</remarks>
public readonly record struct Layout(int ChannelBlock, int ImageBlock = 0)
{
    /// <summary>Row-major.</summary>
    public static Layout Plain => default;

    /// <summary>Whether elements lie row-major.</summary>
    public bool IsPlain => this == Plain;

    /// <summary>Whether channels are cut into blocks.</summary>
    public bool IsBlocked => ChannelBlock > 0;

    /// <summary>Whether images are cut into blocks.</summary>
    public bool IsOfImages => ImageBlock > 0;

    /// <inheritdoc/>
    public override string ToString() => IsBlocked ? $"NCHW{ChannelBlock}c" : IsOfImages ? $"NCHW{ImageBlock}n" : "plain";
}
