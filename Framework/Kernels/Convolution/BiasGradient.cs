using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>The gradient of a convolution's bias: the output's gradient summed over batch and space, for each channel.</summary>
/// <remarks>The batch is cut into parts by its extents alone; the parts' sums are added in order.</remarks>
public static unsafe class BiasGradient
{
    /// <summary>Points that an item of work sums at least, where there are so many.</summary>
    private const int PointsOfItem = 1 << 14;

    private const int MostParts = 32;

    /// <summary>Points that are summed before they are added to what came before.</summary>
    private const int PointsOfSum = 512;

    /// <summary>Floats of scratch that <see cref="Run"/> needs.</summary>
    public static nint WorkspaceFloats(BlockedLayout layout, int batch, int channels, int spatial) =>
        (nint)Parts(batch, spatial).Parts * layout.PaddedChannels(channels);

    /// <summary>Sums a gradient.</summary>
    /// <param name="gradient">The output's gradient, in <paramref name="layout"/>.</param>
    /// <param name="result">A float for each channel.</param>
    /// <param name="layout">How the gradient lies: plain, or in blocks of the width of <paramref name="set"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels without padding.</param>
    /// <param name="spatial">Points of a channel.</param>
    /// <param name="workspace">Scratch of <see cref="WorkspaceFloats"/> floats.</param>
    /// <param name="set">The instructions to use.</param>
    /// <param name="pool">Who does the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">The layout's block is neither 1 nor the set's width.</exception>
    public static void Run(
        float* gradient,
        float* result,
        BlockedLayout layout,
        int batch,
        int channels,
        int spatial,
        float* workspace,
        InstructionSet set,
        WorkerPool pool)
    {
        if (!layout.IsPlain && layout.Block != set.Width) throw new ArgumentOutOfRangeException(nameof(layout), layout, $"{set} has another width.");
        switch (set)
        {
            case InstructionSet.Vector512: Run<Simd512>(gradient, result, layout, batch, channels, spatial, workspace, pool); break;
            case InstructionSet.Vector256: Run<Simd256>(gradient, result, layout, batch, channels, spatial, workspace, pool); break;
            case InstructionSet.Vector128: Run<Simd128>(gradient, result, layout, batch, channels, spatial, workspace, pool); break;
            default: Run<SimdScalar>(gradient, result, layout, batch, channels, spatial, workspace, pool); break;
        }
    }

    private static void Run<TSimd>(
        float* gradient, float* result, BlockedLayout layout, int batch, int channels, int spatial, float* workspace, WorkerPool pool)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        var parts = Parts(batch, spatial);
        int blocks = layout.Blocks(channels);
        pool.Run(parts.Parts * blocks, new Sums<TSimd>
        {
            Gradient = gradient,
            Partial = workspace,
            Parts = parts,
            Blocks = blocks,
            Lanes = layout.Block,
            Spatial = spatial,
        });
        int padded = layout.PaddedChannels(channels);
        for (int channel = 0; channel < channels; channel++)
        {
            float sum = workspace[channel];
            for (int part = 1; part < parts.Parts; part++) sum += workspace[((nint)part * padded) + channel];
            result[channel] = sum;
        }
    }

    private static EvenSplit Parts(int batch, int spatial)
    {
        int least = ((PointsOfItem - 1) / spatial) + 1;
        return new EvenSplit(batch, Math.Max(least, ((batch - 1) / MostParts) + 1));
    }

    private struct Sums<TSimd> : IJob
        where TSimd : unmanaged, ISimd<TSimd>
    {
        public float* Gradient;
        public float* Partial;
        public EvenSplit Parts;
        public int Blocks;
        public int Lanes;
        public int Spatial;

        public readonly void Execute(int index, int worker)
        {
            int part = index / Blocks, block = index % Blocks;
            TSimd total = TSimd.Zero;
            for (int image = Parts.Start(part); image < Parts.Start(part + 1); image++)
            {
                float* floats = Gradient + ((((nint)image * Blocks) + block) * Spatial * Lanes);
                for (int from = 0; from < Spatial; from += PointsOfSum)
                    total += Sum(floats + ((nint)from * Lanes), Math.Min(PointsOfSum, Spatial - from) * Lanes);
            }

            float* result = Partial + ((nint)index * Lanes);
            if (Lanes == TSimd.Width) TSimd.Store(result, total);
            else *result = TSimd.Sum(total);
        }

        /// <summary>In blocks a lane is a channel; a plain channel's points are spread over the lanes.</summary>
        private static TSimd Sum(float* floats, int count)
        {
            TSimd s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
            int i = 0;
            for (; i <= count - (4 * TSimd.Width); i += 4 * TSimd.Width)
            {
                s0 += TSimd.Load(floats + i);
                s1 += TSimd.Load(floats + i + TSimd.Width);
                s2 += TSimd.Load(floats + i + (2 * TSimd.Width));
                s3 += TSimd.Load(floats + i + (3 * TSimd.Width));
            }

            for (; i < count; i += TSimd.Width) s0 += TSimd.LoadPartial(floats + i, Math.Min(TSimd.Width, count - i));
            return (s0 + s1) + (s2 + s3);
        }
    }
}
