using Framework.Kernels.Convolution;

namespace Framework.Tests.Kernels.Convolution;

/// <summary>Conversions between layouts, one float at a time.</summary>
internal static class Layouts
{
    public static float[] ToBlocked(ReadOnlySpan<float> plain, BlockedLayout layout, int batch, int channels)
    {
        int spatial = plain.Length / batch / channels;
        var blocked = new float[layout.Floats(batch, channels, spatial)];
        for (int n = 0; n < batch; n++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int s = 0; s < spatial; s++) blocked[Place(layout, channels, spatial, n, c, s)] = plain[(((n * channels) + c) * spatial) + s];
            }
        }

        return blocked;
    }

    /// <summary>Back to plain; fails where a padding lane is not 0.</summary>
    public static float[] ToPlain(ReadOnlySpan<float> blocked, BlockedLayout layout, int batch, int channels)
    {
        int spatial = blocked.Length / batch / layout.PaddedChannels(channels);
        var plain = new float[batch * channels * spatial];
        for (int n = 0; n < batch; n++)
        {
            for (int c = 0; c < layout.PaddedChannels(channels); c++)
            {
                for (int s = 0; s < spatial; s++)
                {
                    float value = blocked[Place(layout, channels, spatial, n, c, s)];
                    if (c < channels) plain[(((n * channels) + c) * spatial) + s] = value;
                    else if (value != 0) Assert.Fail($"padding lane {c} of image {n} holds {value} at point {s}.");
                }
            }
        }

        return plain;
    }

    private static int Place(BlockedLayout layout, int channels, int spatial, int n, int c, int s) =>
        layout.IsOfImages
            ? ((((n / layout.Block * channels) + c) * spatial) + s) * layout.Block + (n % layout.Block)
            : (((((n * layout.Blocks(channels)) + (c / layout.Block)) * spatial) + s) * layout.Block) + (c % layout.Block);
}
