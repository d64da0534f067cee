using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>Turns, scales and moves pictures about their middle, at random; values between pixels are interpolated linearly.</summary>
public sealed class RandomAffine : ITransform
{
    /// <summary>The farthest turn in either direction, in degrees.</summary>
    public float Rotation { get; init; }

    /// <summary>The smallest size, as a multiple of the picture's own.</summary>
    public float LeastScale { get; init; } = 1;

    /// <summary>The largest size; sizes are drawn so that their logarithms are equally likely.</summary>
    public float MostScale { get; init; } = 1;

    /// <summary>The farthest move in either direction, as a share of rows and of columns.</summary>
    public float Translation { get; init; }

    /// <summary>What comes in from outside.</summary>
    public float Fill { get; init; }

    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample)
    {
        if (!(LeastScale > 0 && LeastScale <= MostScale)) throw new ArgumentException($"Scales from {LeastScale} to {MostScale} are not in order above 0.");
        return PictureShape.Check("RandomAffine", sample);
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        float angle = Signed(ref random) * Rotation * MathF.PI / 180;
        float scale = LeastScale * MathF.Pow(MostScale / LeastScale, random.NextSingle());
        float down = Signed(ref random) * Translation * shape[1], right = Signed(ref random) * Translation * shape[2];
        Map(source, shape, target, angle, scale, down, right, Fill);
    }

    /// <summary>Turns by an angle in radians (against the clock), scales, then moves; each new pixel is looked up where it came from.</summary>
    internal static void Map(
        ReadOnlySpan<float> source, Shape shape, Span<float> target, float angle, float scale, float down, float right, float fill)
    {
        int rows = shape[1], columns = shape[2], area = rows * columns;
        float sine = MathF.Sin(angle) / scale, cosine = MathF.Cos(angle) / scale;
        float middleRow = (rows - 1) / 2f, middleColumn = (columns - 1) / 2f;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                float y = row - middleRow - down, x = column - middleColumn - right;
                float fromRow = middleRow + (sine * x) + (cosine * y), fromColumn = middleColumn + (cosine * x) - (sine * y);
                int at = (row * columns) + column;
                if (!(fromRow > -1 && fromRow < rows && fromColumn > -1 && fromColumn < columns))
                {
                    for (int i = at; i < target.Length; i += area) target[i] = fill;
                    continue;
                }

                int top = (int)MathF.Floor(fromRow), left = (int)MathF.Floor(fromColumn);
                float below = fromRow - top, beside = fromColumn - left;
                for (int plane = 0; plane < target.Length; plane += area)
                {
                    float upper = ((1 - beside) * Pixel(source, plane, top, left)) + (beside * Pixel(source, plane, top, left + 1));
                    float lower = ((1 - beside) * Pixel(source, plane, top + 1, left)) + (beside * Pixel(source, plane, top + 1, left + 1));
                    target[plane + at] = ((1 - below) * upper) + (below * lower);
                }
            }
        }

        float Pixel(ReadOnlySpan<float> picture, int plane, int row, int column) =>
            (uint)row < (uint)rows && (uint)column < (uint)columns ? picture[plane + (row * columns) + column] : fill;
    }

    private static float Signed(ref SampleRandom random) => (2 * random.NextSingle()) - 1;
}
