using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>From NCHW to NCHWc or NCHWn and back.</summary>
public static unsafe class LayoutConversion
{
    /// <summary>Points of an item of work: enough to be worth it, few enough to share a large picture.</summary>
    private const int PointsOfItem = 4096;

    /// <summary>Writes <paramref name="plain"/> in blocks, zeros in the padding lanes.</summary>
    /// <param name="plain">[batch][channels][spatial].</param>
    /// <param name="blocked">In <paramref name="layout"/>; must not overlap.</param>
    /// <param name="layout">The layout to write.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels without padding.</param>
    /// <param name="spatial">Points of a channel.</param>
    /// <param name="pool">Who does the work.</param>
    public static void ToBlocked(float* plain, float* blocked, BlockedLayout layout, int batch, int channels, int spatial, WorkerPool pool) =>
        Run(new Convert { Plain = plain, Blocked = blocked, ToBlocked = true }, layout, batch, channels, spatial, pool);

    /// <summary>Writes <paramref name="blocked"/> plainly, dropping the padding lanes.</summary>
    /// <param name="blocked">In <paramref name="layout"/>.</param>
    /// <param name="plain">[batch][channels][spatial]; must not overlap.</param>
    /// <param name="layout">The layout to read.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels without padding.</param>
    /// <param name="spatial">Points of a channel.</param>
    /// <param name="pool">Who does the work.</param>
    public static void ToPlain(float* blocked, float* plain, BlockedLayout layout, int batch, int channels, int spatial, WorkerPool pool) =>
        Run(new Convert { Plain = plain, Blocked = blocked }, layout, batch, channels, spatial, pool);

    // A block of images is, to the conversion, one image whose channels those images are.
    private static void Run(Convert job, BlockedLayout layout, int batch, int channels, int spatial, WorkerPool pool)
    {
        if (layout.IsOfImages) (batch, channels, spatial, layout) = (batch / layout.Block, layout.Block, channels * spatial, new BlockedLayout(layout.Block));
        (job.Layout, job.Channels, job.Spatial) = (layout, channels, spatial);
        pool.Run(batch * layout.Blocks(channels) * job.Pieces.Parts, job);
    }

    private struct Convert : IJob
    {
        public float* Plain;
        public float* Blocked;
        public BlockedLayout Layout;
        public int Channels;
        public int Spatial;
        public bool ToBlocked;

        public readonly EvenSplit Pieces => new(Spatial, PointsOfItem);

        public readonly void Execute(int index, int worker)
        {
            var pieces = Pieces;
            int piece = index % pieces.Parts;
            int blocks = Layout.Blocks(Channels);
            int image = index / pieces.Parts / blocks;
            int block = index / pieces.Parts % blocks;
            int start = pieces.Start(piece);
            int points = pieces.Length(piece);
            int lanes = Math.Min(Layout.Block, Channels - (block * Layout.Block));

            float* plain = Plain + ((((nint)image * Channels) + (block * Layout.Block)) * Spatial) + start;
            float* blocked = Blocked + (((((nint)image * blocks) + block) * Spatial) + start) * Layout.Block;
            if (!ToBlocked)
            {
                Transposition.Run(blocked, Layout.Block, plain, Spatial, points, lanes);
                return;
            }

            Transposition.Run(plain, Spatial, blocked, Layout.Block, lanes, points);
            if (lanes == Layout.Block) return;
            for (int point = 0; point < points; point++)
                new Span<float>(blocked + ((nint)point * Layout.Block) + lanes, Layout.Block - lanes).Clear();
        }
    }
}
