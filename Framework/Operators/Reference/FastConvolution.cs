using System.Numerics;
using System.Runtime.InteropServices;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Operators.Reference;

/// <summary>
/// Convolution and its two gradients as blocked products over the patches that the window sees. One piece of work writes places that no other
/// writes, so results do not depend on the number of threads.
/// </summary>
internal sealed unsafe class FastConvolution
{
    private readonly int _batch;
    private readonly int _group;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly int _inputSize;
    private readonly int _outputSize;
    private readonly int _taps;
    private readonly int[] _places;

    /// <summary>Lays a convolution out.</summary>
    /// <param name="x">The input's extents [N, C, spatial...].</param>
    /// <param name="w">The filters' [M, C / group, kernel...].</param>
    /// <param name="group">The number of groups.</param>
    /// <param name="window">The sliding window.</param>
    public FastConvolution(Shape x, Shape w, int group, Window window)
    {
        _batch = x[0];
        _group = group;
        _inputs = x[1] / group;
        _outputs = w[0] / group;
        _inputSize = Window.Product(window.Input);
        _outputSize = Window.Product(window.Output);
        _taps = Window.Product(window.Kernel);
        _places = window.Places();
    }

    private int Inner => _inputs * _taps;

    /// <summary>Y = X * W, plus one bias an output channel where there is one.</summary>
    public void Forward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, INumber<T>
    {
        fixed (T* px = x, pw = w, pb = bias, py = y)
        fixed (int* places = _places)
        {
            var job = new ForwardJob<T>(Sizes(places), px, pw, pb, py);
            WorkerPool.Shared.Run(job.Count, job);
        }
    }

    /// <summary>The gradient with respect to the input.</summary>
    public void InputGradient<T>(ReadOnlySpan<T> dy, ReadOnlySpan<T> w, Span<T> dx)
        where T : unmanaged, INumber<T>
    {
        fixed (T* pdy = dy, pw = w, pdx = dx)
        fixed (int* places = _places)
        {
            var job = new InputGradientJob<T>(Sizes(places), pdy, pw, pdx);
            WorkerPool.Shared.Run(job.Count, job);
        }
    }

    /// <summary>The gradient with respect to the filters.</summary>
    public void WeightGradient<T>(ReadOnlySpan<T> dy, ReadOnlySpan<T> x, Span<T> dw)
        where T : unmanaged, INumber<T>
    {
        if (_batch == 0) dw.Clear();
        fixed (T* pdy = dy, px = x, pdw = dw)
        fixed (int* places = _places)
        {
            var job = new WeightGradientJob<T>(Sizes(places), pdy, px, pdw);
            WorkerPool.Shared.Run(job.Count, job);
        }
    }

    private Extents Sizes(int* places) => new(_batch, _group, _inputs, _outputs, _inputSize, _outputSize, _taps, Inner, places);

    private static int Blocks(int count, int size) => (count + size - 1) / size;

    /// <summary>What all three jobs need; inputs and outputs are channels of one group.</summary>
    private readonly record struct Extents(
        int Batch, int Group, int Inputs, int Outputs, int InputSize, int OutputSize, int Taps, int Inner, nint PlacesAddress)
    {
        public Extents(int batch, int group, int inputs, int outputs, int inputSize, int outputSize, int taps, int inner, int* places)
            : this(batch, group, inputs, outputs, inputSize, outputSize, taps, inner, (nint)places)
        {
        }

        public int* Places => (int*)PlacesAddress;

        // The first element of the channels that a group of an image reads, and of those that it makes.
        public long Input(int image, int group) => ((long)image * Group + group) * Inputs * InputSize;

        public long Output(int image, int group) => ((long)image * Group + group) * Outputs * OutputSize;

        public long Filters(int group) => (long)group * Outputs * Inner;
    }

    /// <summary>An item is a block of output channels at a block of places of one group of one image.</summary>
    private readonly struct ForwardJob<T>(Extents e, T* x, T* w, T* bias, T* y) : IJob
        where T : unmanaged, INumber<T>
    {
        private readonly int _rowBlocks = Blocks(e.Outputs, BlockedProduct.RowBlock);
        private readonly int _columnBlocks = Blocks(e.OutputSize, BlockedProduct.ColumnBlock);

        public int Count => e.Batch * e.Group * _rowBlocks * _columnBlocks;

        public void Execute(int index, int worker)
        {
            int column = index % _columnBlocks * BlockedProduct.ColumnBlock, rest = index / _columnBlocks;
            int row = rest % _rowBlocks * BlockedProduct.RowBlock;
            rest /= _rowBlocks;
            int group = rest % e.Group, image = rest / e.Group;
            int rows = Math.Min(BlockedProduct.RowBlock, e.Outputs - row), columns = Math.Min(BlockedProduct.ColumnBlock, e.OutputSize - column);
            T* to = y + e.Output(image, group) + ((long)row * e.OutputSize) + column;
            if (bias is not null)
            {
                for (int r = 0; r < rows; r++) new Span<T>(to + ((long)r * e.OutputSize), columns).Fill(bias[(group * e.Outputs) + row + r]);
            }

            var filters = new DenseMatrix<T>(w + e.Filters(group) + ((long)row * e.Inner), 1, e.Inner);
            var patches = new PatchMatrix<T>(x + e.Input(image, group), e.InputSize, e.Places + column, e.Taps, e.OutputSize);
            BlockedProduct.Multiply(filters, patches, to, e.OutputSize, rows, columns, e.Inner, accumulate: bias is not null);
        }
    }

    /// <summary>An item is a block of input channels of one group of one image; it goes through the places of the output block by block.</summary>
    private readonly struct InputGradientJob<T>(Extents e, T* dy, T* w, T* dx) : IJob
        where T : unmanaged, INumber<T>
    {
        private readonly int _channels = Math.Max(1, BlockedProduct.RowBlock / e.Taps);

        private int ChannelBlocks => Blocks(e.Inputs, _channels);

        public int Count => e.Batch * e.Group * ChannelBlocks;

        public void Execute(int index, int worker)
        {
            int channel = index % ChannelBlocks * _channels, rest = index / ChannelBlocks;
            int group = rest % e.Group, image = rest / e.Group;
            int channels = Math.Min(_channels, e.Inputs - channel), rows = channels * e.Taps;
            T* to = dx + e.Input(image, group) + ((long)channel * e.InputSize);
            new Span<T>(to, channels * e.InputSize).Clear();
            var filters = new DenseMatrix<T>(w + e.Filters(group) + ((long)channel * e.Taps), e.Inner, 1);
            var gradients = new DenseMatrix<T>(dy + e.Output(image, group), e.OutputSize, 1);
            T* patches = (T*)NativeMemory.Alloc((nuint)rows * BlockedProduct.ColumnBlock, (nuint)sizeof(T));
            try
            {
                for (int column = 0; column < e.OutputSize; column += BlockedProduct.ColumnBlock)
                {
                    int columns = Math.Min(BlockedProduct.ColumnBlock, e.OutputSize - column);
                    BlockedProduct.Multiply(filters, gradients.From(column), patches, columns, rows, columns, e.Outputs, accumulate: false);
                    for (int r = 0; r < rows; r++)
                    {
                        T* target = to + ((long)(r / e.Taps) * e.InputSize), from = patches + ((long)r * columns);
                        int* place = e.Places + ((long)(r % e.Taps) * e.OutputSize) + column;
                        for (int c = 0; c < columns; c++)
                        {
                            if (place[c] >= 0) target[place[c]] += from[c];
                        }
                    }
                }
            }
            finally
            {
                NativeMemory.Free(patches);
            }
        }
    }

    /// <summary>An item is a block of filters at a block of (channel, tap) of one group; it goes through the images one by one.</summary>
    private readonly struct WeightGradientJob<T>(Extents e, T* dy, T* x, T* dw) : IJob
        where T : unmanaged, INumber<T>
    {
        private readonly int _rowBlocks = Blocks(e.Outputs, BlockedProduct.RowBlock);

        // Whole channels, so that a block begins with a channel's first tap.
        private readonly int _channels = Math.Max(1, BlockedProduct.ColumnBlock / e.Taps);

        private int ColumnBlocks => Blocks(e.Inputs, _channels);

        public int Count => e.Group * _rowBlocks * ColumnBlocks;

        public void Execute(int index, int worker)
        {
            int channel = index % ColumnBlocks * _channels, rest = index / ColumnBlocks;
            int row = rest % _rowBlocks * BlockedProduct.RowBlock, group = rest / _rowBlocks;
            int rows = Math.Min(BlockedProduct.RowBlock, e.Outputs - row), columns = Math.Min(_channels, e.Inputs - channel) * e.Taps;
            T* to = dw + e.Filters(group) + ((long)row * e.Inner) + ((long)channel * e.Taps);
            for (int image = 0; image < e.Batch; image++)
            {
                var gradients = new DenseMatrix<T>(dy + e.Output(image, group) + ((long)row * e.OutputSize), 1, e.OutputSize);
                var patches = new TurnedPatchMatrix<T>(
                    x + e.Input(image, group) + ((long)channel * e.InputSize), e.InputSize, e.Places, e.Taps, e.OutputSize);
                BlockedProduct.Multiply(gradients, patches, to, e.Inner, rows, columns, e.OutputSize, accumulate: image > 0);
            }
        }
    }
}
