using Framework.Kernels.Convolution;
using Framework.Kernels.Gemm;

namespace Framework.Tests.Kernels.Convolution;

/// <summary>Problems that every kernel is tried on: rows of every tail, channels of every tail, and many shapes drawn at random.</summary>
internal static class ConvolutionCases
{
    public static IEnumerable<ConvolutionProblem> All(int lanes) => [.. Rows(lanes), .. Channels(lanes), .. FullBlocksOfImages(lanes), .. Named(lanes), .. Drawn(lanes)];

    /// <summary>Rows from a single point to two tiles and one.</summary>
    private static IEnumerable<ConvolutionProblem> Rows(int lanes)
    {
        for (int width = 1; width <= 29; width++)
        {
            yield return new ConvolutionProblem(1, Math.Min(lanes, 5), lanes + 1, Extents.Of(1 + (width % 4), width), Extents.Of(3, 3))
            {
                PadBegin = Padding.Of(1, 1),
                PadEnd = Padding.Of(1, 1),
                HasBias = width % 2 == 0,
                HasResidual = width % 3 == 0,
                Activation = (FusedActivation)(width % 2),
            };
            yield return new ConvolutionProblem(2, 3, 2, Extents.Of(2, width), Extents.Of(1, 1)) { HasBias = true };
        }
    }

    /// <summary>Channels from one to two blocks and one on either side.</summary>
    private static IEnumerable<ConvolutionProblem> Channels(int lanes)
    {
        for (int input = 1; input <= (2 * lanes) + 1; input++)
            yield return new ConvolutionProblem(1, input, 3, Extents.Of(3, 4), Extents.Of(2, 2)) { PadEnd = Padding.Of(1, 0), HasBias = true };
        for (int output = 1; output <= (4 * lanes) + 1; output++)
            yield return new ConvolutionProblem(1, 2, output, Extents.Of(4, 3), Extents.Of(2, 2))
            {
                PadBegin = Padding.Of(0, 1),
                HasBias = true,
                HasResidual = true,
            };
    }

    /// <summary>Batches that fill blocks of images: rows and channels of every tail of a register tile, pads on all sides, strides, dilations.</summary>
    private static IEnumerable<ConvolutionProblem> FullBlocksOfImages(int lanes)
    {
        var ring = Padding.Of(2, 2);
        for (int width = 1; width <= 13; width++)
        {
            yield return new ConvolutionProblem(lanes, 1 + (width % 3), width, Extents.Of(1 + (width % 5), width), Extents.Of(1 + (width % 4), 1 + (width % 3)))
            {
                PadBegin = Padding.Of(width % 4, width % 3),
                PadEnd = ring,
                HasBias = width % 2 == 0,
                HasResidual = width % 3 == 0,
                Activation = (FusedActivation)(width % 2),
            };
            yield return new ConvolutionProblem(lanes, 2, 3, Extents.Of(9, width + 4), Extents.Of(3, 2))
            {
                Stride = Extents.Of(1 + (width % 3), 1 + (width % 2)),
                Dilation = Extents.Of(1 + (width % 2), 1 + (width % 4)),
                PadBegin = Padding.Of(1, width % 2),
            };
        }

        // LeNet-5's layers, two blocks; and a filter wider than a tile has taps.
        yield return new(2 * lanes, 1, 6, Extents.Of(14, 14), Extents.Of(5, 5)) { PadBegin = ring, PadEnd = ring, HasBias = true };
        yield return new(2 * lanes, 6, 16, Extents.Of(8, 9), Extents.Of(5, 5)) { HasBias = true, Activation = FusedActivation.Relu };
        yield return new(lanes, 2, 5, Extents.Of(3, 21), Extents.Of(2, 11)) { PadBegin = Padding.Of(1, 4), PadEnd = Padding.Of(0, 5) };
    }

    /// <summary>Shapes of networks, small; and those that reach for a corner of some kernel.</summary>
    private static IEnumerable<ConvolutionProblem> Named(int lanes)
    {
        var two = Extents.Of(2, 2);
        var ring = Padding.Of(1, 1);
        var wideRing = Padding.Of(2, 2);

        // LeNet-5, and the first layers of AlexNet and ResNet.
        yield return new(2, 1, 6, Extents.Of(28, 28), Extents.Of(5, 5)) { PadBegin = wideRing, PadEnd = wideRing, HasBias = true };
        yield return new(2, 6, 16, Extents.Of(14, 14), Extents.Of(5, 5)) { HasBias = true, Activation = FusedActivation.Relu };
        yield return new(1, 3, 20, Extents.Of(31, 35), Extents.Of(11, 11)) { Stride = Extents.Of(4, 4), HasBias = true };
        yield return new(2, 3, 16, Extents.Of(21, 22), Extents.Of(7, 7))
        {
            Stride = two,
            PadBegin = Padding.Of(3, 3),
            PadEnd = Padding.Of(3, 3),
        };

        // Two rows to a tile, several chunks of channels, strided 1x1, many channels.
        yield return new(2, (4 * lanes) + 1, (2 * lanes) + 1, Extents.Of(7, 7), Extents.Of(3, 3))
        {
            PadBegin = ring,
            PadEnd = ring,
            HasResidual = true,
        };
        yield return new(1, 600, 5, Extents.Of(2, 3), Extents.Of(1, 1))
        {
            HasBias = true,
            HasResidual = true,
            Activation = FusedActivation.Relu,
        };
        yield return new(1, 2 * lanes, 3 * lanes, Extents.Of(9, 8), Extents.Of(1, 1)) { Stride = two };
        yield return new(1, 90, 70, Extents.Of(5, 6), Extents.Of(3, 3)) { PadBegin = ring, PadEnd = ring, Stride = Extents.Of(2, 1) };

        // Weights enough that several images are summed together, of which a few at a time.
        yield return new(7, 99, 101, Extents.Of(7, 9), Extents.Of(3, 3)) { PadBegin = ring, PadEnd = ring };

        // Groups that fill blocks, groups that do not, one channel to one.
        yield return new(2, 4 * lanes, 2 * lanes, Extents.Of(5, 5), Extents.Of(3, 3))
        {
            Groups = 2,
            PadBegin = ring,
            HasBias = true,
            HasResidual = true,
        };
        yield return new(1, 6, 9, Extents.Of(5, 5), Extents.Of(3, 3)) { Groups = 3, HasBias = true };
        yield return new(2, (2 * lanes) + 3, (2 * lanes) + 3, Extents.Of(9, 19), Extents.Of(3, 3))
        {
            Groups = (2 * lanes) + 3,
            PadBegin = ring,
            PadEnd = ring,
            HasBias = true,
            HasResidual = true,
            Activation = FusedActivation.Relu,
        };
        yield return new(1, 5, 5, Extents.Of(11, 12), Extents.Of(5, 3))
        {
            Groups = 5,
            Stride = two,
            Dilation = Extents.Of(2, 3),
            PadBegin = wideRing,
            PadEnd = Padding.Of(2, 4),
        };
        yield return new(1, 4, 8, Extents.Of(5, 5), Extents.Of(3, 3)) { Groups = 4 };

        // Groups of which some are joined to fill blocks: as ResNeXt has them, with a stride, with dilations.
        int half = Math.Max(1, lanes / 2);
        yield return new(1, 2 * lanes, 4 * lanes, Extents.Of(6, 7), Extents.Of(3, 3)) { Groups = lanes, PadBegin = ring, PadEnd = ring, HasBias = true };
        yield return new(2, 8 * half, 8 * half, Extents.Of(7, 9), Extents.Of(3, 3))
        {
            Groups = 8,
            Stride = two,
            PadBegin = ring,
            PadEnd = ring,
            HasBias = true,
            HasResidual = true,
            Activation = FusedActivation.Relu,
        };
        yield return new(1, 12 * half, 4 * half, Extents.Of(5, 6), Extents.Of(2, 3)) { Groups = 4, Dilation = Extents.Of(2, 1) };

        // One axis, three axes, a stride past the filter, a filter as large as the input, pads wider than the filter.
        yield return new(2, 7, 9, new Extents(1, 1, 40), new Extents(1, 1, 5))
        {
            Dilation = new Extents(1, 1, 3),
            PadBegin = new Padding(0, 0, 4),
            HasBias = true,
        };
        yield return new(1, 3, 4, new Extents(4, 5, 6), new Extents(2, 3, 2))
        {
            Stride = new Extents(1, 2, 1),
            PadBegin = new Padding(1, 0, 1),
            PadEnd = new Padding(1, 1, 1),
            HasBias = true,
        };
        yield return new(1, 4, 6, new Extents(3, 4, 5), new Extents(2, 2, 2)) { Groups = 2, Dilation = new Extents(2, 1, 2) };
        yield return new(1, 5, 6, Extents.Of(11, 12), Extents.Of(2, 2)) { Stride = Extents.Of(4, 5) };
        yield return new(1, 18, 20, Extents.Of(6, 5), Extents.Of(6, 5)) { HasBias = true };
        yield return new(1, 2, 3, Extents.Of(2, 3), Extents.Of(2, 2))
        {
            PadBegin = Padding.Of(3, 4),
            PadEnd = Padding.Of(4, 3),
            Stride = Extents.Of(2, 3),
        };
        yield return new(1, 1, 2, Extents.Of(1, 2), Extents.Of(1, 1)) { PadBegin = Padding.Of(1, 5), Stride = Extents.Of(3, 3) };
        yield return new(1, 2, 2, Extents.Of(17, 18), Extents.Of(17, 16)) { PadBegin = ring };
        yield return new(1, 2, 2, Extents.Of(3, 40), Extents.Of(1, 20)) { PadEnd = Padding.Of(0, 7) };
    }

    private static IEnumerable<ConvolutionProblem> Drawn(int lanes)
    {
        var random = new Random(7);
        for (int i = 0; i < 120; i++)
        {
            int groups = random.Next(4) == 0 ? random.Next(2, 4) : 1;
            int inputs = groups * (random.Next(3) == 0 ? lanes : random.Next(1, 20));
            int outputs = groups * (random.Next(3) == 0 ? lanes : random.Next(1, 20));
            if (random.Next(8) == 0) groups = inputs = outputs = random.Next(1, 40);
            Extents Draw(int from, int to) => Extents.Of(random.Next(from, to), random.Next(from, to));
            var kernel = Draw(1, 5);
            var dilation = Draw(1, 3);
            var least = Extents.Of((dilation.Height * (kernel.Height - 1)) + 1, (dilation.Width * (kernel.Width - 1)) + 1);
            var extra = Draw(0, 12);
            var input = Extents.Of(least.Height + extra.Height, least.Width + extra.Width);
            yield return new ConvolutionProblem(random.Next(1, 3), inputs, outputs, input, kernel)
            {
                Groups = groups,
                Stride = Draw(1, 4),
                Dilation = dilation,
                PadBegin = Padding.Of(random.Next(3), random.Next(3)),
                PadEnd = Padding.Of(random.Next(3), random.Next(3)),
                HasBias = random.Next(2) == 0,
                HasResidual = random.Next(2) == 0,
                Activation = (FusedActivation)random.Next(2),
            };
        }
    }
}
