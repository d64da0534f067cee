namespace Framework.Kernels.Convolution;

/// <summary>
/// How activations lie: [batch][channels / block][spatial][block], or, with images side by side, [batch / block][channels][spatial][block]. A block of 1 is
/// plain NCHW; kernels take their vector's width.
/// </summary>
/// <param name="Block">Channels, or images, that lie side by side at each point.</param>
/// <param name="IsOfImages">Whether a block is of images; it must divide the batch.</param>
/// <remarks>
/// Where a block of channels does not divide them the last block's remaining lanes are padding. They hold zeros; whatever
/// writes a blocked tensor writes zeros there, and what reduces over channels may rely on it.
/// </remarks>
public readonly record struct BlockedLayout(int Block, bool IsOfImages = false)
{
    /// <summary>NCHW.</summary>
    public static BlockedLayout Plain => new(1);

    /// <summary>Whether this is NCHW.</summary>
    public bool IsPlain => Block == 1;

    /// <summary>Blocks that hold so many channels.</summary>
    public int Blocks(int channels) => IsOfImages ? channels : ((channels - 1) / Block) + 1;

    /// <summary>Channels with the padding lanes.</summary>
    public int PaddedChannels(int channels) => IsOfImages ? channels : Blocks(channels) * Block;

    /// <summary>Floats of a tensor, padding lanes included.</summary>
    public nint Floats(int batch, int channels, int spatial) => (nint)batch * PaddedChannels(channels) * spatial;

    /// <summary>NCHW, NCHWc or NCHWn with the number of lanes.</summary>
    public override string ToString() => IsPlain ? "NCHW" : $"NCHW{Block}{(IsOfImages ? 'n' : 'c')}";
}
