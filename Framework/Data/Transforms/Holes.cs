using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>
/// Overwrites a random rectangle, in some pictures (Zhong et al. 2017): of ten tries for one that fits, the first.
/// </summary>
/// <param name="probability">How likely a picture loses a rectangle.</param>
/// <param name="leastArea">The least share of the picture's area.</param>
/// <param name="mostArea">The greatest.</param>
/// <param name="mostStretch">How many times wider than high, or higher than wide, it may be.</param>
/// <param name="value">What is written.</param>
public sealed class RandomErasing(float probability = 0.5f, float leastArea = 0.02f, float mostArea = 0.33f, float mostStretch = 3.3f, float value = 0) : ITransform
{
    private const int Tries = 10;

    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample) => PictureShape.Check("RandomErasing", sample);

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        source.CopyTo(target);
        if (random.NextSingle() >= probability) return;
        for (int i = 0; i < Tries; i++)
        {
            double area = (leastArea + ((mostArea - leastArea) * random.NextSingle())) * shape[1] * shape[2];
            double form = Math.Pow(mostStretch, (2 * random.NextSingle()) - 1);
            int rows = (int)Math.Round(Math.Sqrt(area / form)), columns = (int)Math.Round(Math.Sqrt(area * form));
            if (rows < 1 || columns < 1 || rows >= shape[1] || columns >= shape[2]) continue;
            Cutout.Erase(target, shape, random.NextInt(shape[1] - rows + 1), random.NextInt(shape[2] - columns + 1), rows, columns, value);
            return;
        }
    }
}

/// <summary>Overwrites a square around a random pixel; what of it lies outside is lost (DeVries and Taylor 2017).</summary>
/// <param name="size">The square's rows and columns.</param>
/// <param name="value">What is written; 0 is the mean once pictures are normalised.</param>
public sealed class Cutout(int size, float value = 0) : ITransform
{
    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample) => PictureShape.Check("Cutout", sample);

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        source.CopyTo(target);
        int top = random.NextInt(shape[1]) - (size / 2), left = random.NextInt(shape[2]) - (size / 2);
        int firstRow = Math.Max(0, top), firstColumn = Math.Max(0, left);
        Erase(target, shape, firstRow, firstColumn, Math.Min(shape[1], top + size) - firstRow, Math.Min(shape[2], left + size) - firstColumn, value);
    }

    internal static void Erase(Span<float> picture, Shape shape, int top, int left, int rows, int columns, float value)
    {
        for (int channel = 0; channel < shape[0]; channel++)
            for (int row = top; row < top + rows; row++) picture.Slice((((channel * shape[1]) + row) * shape[2]) + left, Math.Max(0, columns)).Fill(value);
    }
}
