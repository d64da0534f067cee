namespace Framework.Kernels.Normalization;

/// <summary>
/// A tensor [Images, Blocks, Places, Lanes] of which every channel is treated alike. Of plain NCHW a block is a channel and there is 1 lane; of
/// channel-blocked NCHWc the lanes are the channels of a block, the last block's padding included.
/// </summary>
/// <remarks>
/// What is known of each channel is a vector of <see cref="ChannelFloats"/>, in the order of the blocks; for the padding it is 0. Other norms
/// fit too, in the plain layout: an instance norm has 1 image of N C channels, a layer norm 1 image with a channel for each row, a group norm
/// one for each group.
/// </remarks>
public readonly record struct ChannelProblem
{
    /// <summary>Elements of a channel block that are looked at together: they stay in the first-level cache.</summary>
    private const int PieceElements = 4096;

    /// <summary>Elements that stay in the second-level caches of two cores.</summary>
    private const long CachedElements = 1 << 19;

    /// <summary>States a problem.</summary>
    /// <param name="images">Images; at least 0.</param>
    /// <param name="blocks">Blocks of channels; at least 0.</param>
    /// <param name="places">Places of a plane; at least 0.</param>
    /// <param name="lanes">Channels of a block; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least value.</exception>
    public ChannelProblem(int images, int blocks, int places, int lanes = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        ArgumentOutOfRangeException.ThrowIfNegative(blocks);
        ArgumentOutOfRangeException.ThrowIfNegative(places);
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        Images = images;
        Blocks = ImageBlocks = blocks;
        Places = places;
        Lanes = lanes;
    }

    /// <summary>Images.</summary>
    public int Images { get; }

    /// <summary>Blocks of channels.</summary>
    public int Blocks { get; private init; }

    /// <summary>Blocks from an image to the next: more than <see cref="Blocks"/> where the problem is a part of another.</summary>
    public int ImageBlocks { get; private init; }

    /// <summary>Places of a plane.</summary>
    public int Places { get; }

    /// <summary>Channels of a block.</summary>
    public int Lanes { get; }

    /// <summary>Elements of a channel, over all images.</summary>
    public long ElementsPerChannel => (long)Images * Places;

    /// <summary>Floats of what is known of each channel.</summary>
    public int ChannelFloats => Blocks * Lanes;

    /// <summary>Floats of scratch that a kernel's run needs.</summary>
    public nint WorkspaceFloats => 2 * (nint)ChannelFloats * Pieces;

    /// <summary>Elements of a plane: how far a block is from the next.</summary>
    public nint BlockElements => (nint)Places * Lanes;

    /// <summary>
    /// Blocks to go through together, so that what one pass over them has read another finds in the caches: all, or a part of them that
    /// takes about <see cref="CachedElements"/>.
    /// </summary>
    /// <param name="tensors">How many tensors a pass reads.</param>
    public int CachedBlocks(int tensors) => (int)Math.Clamp(CachedElements / Math.Max(1, tensors * ElementsPerChannel * Lanes), 1, Math.Max(1, Blocks));

    /// <summary>A part of the blocks. Its first element is <paramref name="first"/> times <see cref="BlockElements"/> behind the whole's.</summary>
    public ChannelProblem Part(int first, int blocks) => this with { Blocks = Math.Min(blocks, Blocks - first) };

    internal int PiecePlaces => Math.Max(1, PieceElements / Lanes);

    internal int PiecesPerPlane => (int)(((long)Places + PiecePlaces - 1) / PiecePlaces);

    /// <summary>Parts whose sums are found on their own, for each block.</summary>
    internal int Pieces => Images * PiecesPerPlane;

    /// <summary>Pieces that a thread takes at a time: enough elements to be worth it.</summary>
    internal int PiecesPerItem => (int)Math.Max(1, PieceElements / Math.Max(1, Math.Min(PiecePlaces, Places) * (long)Lanes));
}
