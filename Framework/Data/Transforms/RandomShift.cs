using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>
/// Moves a picture by a random number of rows and columns, the same for all channels: what leaves is lost, what comes in is zero. The same as a
/// random crop of the picture's own size out of the picture padded with zeros.
/// </summary>
/// <param name="most">The most rows and columns that it is moved by, in either direction.</param>
public sealed class RandomShift(int most) : ITransform
{
    private readonly int _most = most >= 0 ? most : throw new ArgumentOutOfRangeException(nameof(most), most, "A distance is at least 0.");

    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample) => sample.Rank == 3
        ? sample
        : throw new ShapeException("RandomShift", $"samples {sample} are no pictures.", "[channels, rows, columns] is expected.");

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        int down = random.NextInt((2 * _most) + 1) - _most, right = random.NextInt((2 * _most) + 1) - _most;
        int rows = shape[1], columns = shape[2], kept = Math.Max(0, columns - Math.Abs(right));
        target.Clear();
        if (kept == 0) return;
        for (int line = 0; line < shape[0] * rows; line++)
        {
            int from = (line % rows) - down;
            if (from < 0 || from >= rows) continue;
            int start = (line - down) * columns;
            source.Slice(start + Math.Max(0, -right), kept).CopyTo(target[((line * columns) + Math.Max(0, right))..]);
        }
    }
}
