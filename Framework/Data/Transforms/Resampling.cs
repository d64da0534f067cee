using System.Buffers;
using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>
/// Brings a rectangle of a picture to another size. Between pixels values are interpolated linearly; where it shrinks, each value is a mean over all
/// pixels that it covers, weighted by a triangle, so that nothing fine turns into something coarse.
/// </summary>
internal static class Resampling
{
    public static void Apply(ReadOnlySpan<float> source, Shape shape, Region region, Span<float> target, int rows, int columns)
    {
        int channels = shape[0], sourceRows = shape[1], sourceColumns = shape[2];
        using var across = new Taps(region.Left, region.Width, sourceColumns, columns);
        using var down = new Taps(region.Top, region.Height, sourceRows, rows);

        // First across, for the rows that are needed only; then down.
        var (firstRow, lastRow) = down.Range();
        int height = lastRow - firstRow + 1;
        float[] narrow = ArrayPool<float>.Shared.Rent(height * columns);
        for (int channel = 0; channel < channels; channel++)
        {
            var plane = source.Slice(channel * sourceRows * sourceColumns, sourceRows * sourceColumns);
            for (int row = 0; row < height; row++)
            {
                var line = plane.Slice((firstRow + row) * sourceColumns, sourceColumns);
                for (int column = 0; column < columns; column++) narrow[(row * columns) + column] = across.Sum(line, column);
            }

            for (int row = 0; row < rows; row++)
            {
                var line = target.Slice(((channel * rows) + row) * columns, columns);
                line.Clear();
                var weights = down.Weights(row, out int first);
                for (int tap = 0; tap < weights.Length; tap++)
                {
                    var part = narrow.AsSpan((first - firstRow + tap) * columns, columns);
                    for (int column = 0; column < line.Length; column++) line[column] += weights[tap] * part[column];
                }
            }
        }

        ArrayPool<float>.Shared.Return(narrow);
    }

    /// <summary>Which pixels along an axis a new pixel is made of, and in what shares, which add up to 1.</summary>
    private readonly struct Taps : IDisposable
    {
        private readonly float[] _weights;
        private readonly int[] _starts; // the first pixel, then how many
        private readonly int _most;
        private readonly int _count;

        public Taps(double start, double length, int extent, int count)
        {
            double scale = length / count, reach = Math.Max(1, scale);
            _count = count;
            _most = Math.Min(extent, (int)Math.Ceiling(2 * reach) + 1);
            _weights = ArrayPool<float>.Shared.Rent(count * _most);
            _starts = ArrayPool<int>.Shared.Rent(2 * count);
            for (int i = 0; i < count; i++)
            {
                // Pixel p lies at p + 1/2. Beyond the picture's edge nothing is counted; the rest weighs more.
                double middle = start + ((i + 0.5) * scale);
                int first = Math.Clamp((int)Math.Ceiling(middle - reach - 0.5), 0, extent - 1);
                int last = Math.Clamp((int)Math.Floor(middle + reach - 0.5), first, extent - 1);
                last = Math.Min(last, first + _most - 1);
                double sum = 0;
                for (int p = first; p <= last; p++) sum += Weight(p);
                for (int p = first; p <= last; p++) _weights[(i * _most) + p - first] = (float)(sum > 0 ? Weight(p) / sum : p == first ? 1 : 0);
                (_starts[2 * i], _starts[(2 * i) + 1]) = (first, last - first + 1);

                double Weight(int p) => Math.Max(0, 1 - (Math.Abs(p + 0.5 - middle) / reach));
            }
        }

        public ReadOnlySpan<float> Weights(int index, out int first)
        {
            first = _starts[2 * index];
            return _weights.AsSpan(index * _most, _starts[(2 * index) + 1]);
        }

        public float Sum(ReadOnlySpan<float> line, int index)
        {
            var weights = Weights(index, out int first);
            float sum = 0;
            for (int tap = 0; tap < weights.Length; tap++) sum += weights[tap] * line[first + tap];
            return sum;
        }

        public (int First, int Last) Range()
        {
            int first = int.MaxValue, last = 0;
            for (int i = 0; i < _count; i++)
            {
                first = Math.Min(first, _starts[2 * i]);
                last = Math.Max(last, _starts[2 * i] + _starts[(2 * i) + 1] - 1);
            }

            return (first, last);
        }

        public void Dispose()
        {
            ArrayPool<float>.Shared.Return(_weights);
            ArrayPool<int>.Shared.Return(_starts);
        }
    }
}
