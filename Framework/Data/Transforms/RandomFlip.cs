using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>Turns pictures over, some of them.</summary>
/// <param name="probability">How likely left and right change places.</param>
/// <param name="vertically">How likely top and bottom change places.</param>
public sealed class RandomFlip(float probability = 0.5f, float vertically = 0) : ITransform
{
    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample) => PictureShape.Check("RandomFlip", sample);

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        bool across = random.NextSingle() < probability, down = random.NextSingle() < vertically;
        int rows = shape[1], columns = shape[2];
        for (int line = 0; line < shape[0] * rows; line++)
        {
            int row = line % rows, from = down ? line - row + rows - 1 - row : line;
            var result = target.Slice(line * columns, columns);
            source.Slice(from * columns, columns).CopyTo(result);
            if (across) result.Reverse();
        }
    }
}
