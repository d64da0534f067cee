using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>Cuts the middle out.</summary>
/// <param name="rows">Rows that stay.</param>
/// <param name="columns">Columns that stay.</param>
public sealed class CenterCrop(int rows, int columns) : ITransform
{
    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample) => RandomCrop.Fit("CenterCrop", sample, rows, columns, 0);

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random) =>
        PictureShape.Copy(source, shape, (shape[1] - rows) / 2, (shape[2] - columns) / 2, target, [shape[0], rows, columns], 0, 0, rows, columns);
}

/// <summary>Cuts a part out of a random place; before that, the picture may get an edge of zeros.</summary>
/// <param name="rows">Rows that stay.</param>
/// <param name="columns">Columns that stay.</param>
/// <param name="padding">Zeros on each side; 4 is usual for pictures of 32 x 32.</param>
public sealed class RandomCrop(int rows, int columns, int padding = 0) : ITransform
{
    private readonly int _padding = padding >= 0 ? padding : throw new ArgumentOutOfRangeException(nameof(padding), padding, "An edge is at least 0 wide.");

    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample) => Fit("RandomCrop", sample, rows, columns, _padding);

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        int top = random.NextInt(shape[1] + (2 * _padding) - rows + 1) - _padding;
        int left = random.NextInt(shape[2] + (2 * _padding) - columns + 1) - _padding;
        int firstRow = Math.Max(0, top), lastRow = Math.Min(shape[1], top + rows);
        int firstColumn = Math.Max(0, left), lastColumn = Math.Min(shape[2], left + columns);
        if (lastRow - firstRow < rows || lastColumn - firstColumn < columns) target.Clear();
        if (firstRow >= lastRow || firstColumn >= lastColumn) return;
        PictureShape.Copy(
            source, shape, firstRow, firstColumn, target, [shape[0], rows, columns], firstRow - top, firstColumn - left, lastRow - firstRow, lastColumn - firstColumn);
    }

    internal static Shape Fit(string transform, Shape sample, int rows, int columns, int padding)
    {
        PictureShape.Check(transform, sample);
        if (rows < 1 || columns < 1 || rows > sample[1] + (2 * padding) || columns > sample[2] + (2 * padding))
            throw new ShapeException(transform, $"{rows} x {columns} cannot be cut out of samples {sample} with {padding} zeros around.", "Resize them first.");
        return [sample[0], rows, columns];
    }
}

/// <summary>
/// A random part of random size and form, brought to one size: of ten tries for one that fits, the first; else the middle (Szegedy et al. 2014).
/// </summary>
/// <param name="rows">Rows afterwards.</param>
/// <param name="columns">Columns afterwards.</param>
/// <param name="leastArea">The least share of the picture's area.</param>
/// <param name="mostArea">The greatest.</param>
/// <param name="mostStretch">How many times wider than high, or higher than wide, the part may be.</param>
public sealed class RandomResizedCrop(int rows, int columns, float leastArea = 0.08f, float mostArea = 1, float mostStretch = 4f / 3) : ITransform
{
    private const int Tries = 10;

    private readonly float _leastArea = leastArea > 0 && leastArea <= mostArea && mostArea <= 1
        ? leastArea
        : throw new ArgumentOutOfRangeException(nameof(leastArea), leastArea, "Areas are above 0, in order, and at most 1.");

    private readonly float _mostStretch = mostStretch >= 1
        ? mostStretch
        : throw new ArgumentOutOfRangeException(nameof(mostStretch), mostStretch, "A stretch is at least 1.");

    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample) => [PictureShape.Check("RandomResizedCrop", sample)[0], rows, columns];

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random) =>
        Resampling.Apply(source, shape, Choose(shape[1], shape[2], ref random), target, rows, columns);

    private Region Choose(int height, int width, ref SampleRandom random)
    {
        for (int i = 0; i < Tries; i++)
        {
            double area = (_leastArea + ((mostArea - _leastArea) * random.NextSingle())) * height * width;
            double form = Math.Pow(_mostStretch, (2 * random.NextSingle()) - 1);
            double partWidth = Math.Round(Math.Sqrt(area * form)), partHeight = Math.Round(Math.Sqrt(area / form));
            if (partWidth < 1 || partHeight < 1 || partWidth > width || partHeight > height) continue;
            return new Region(random.NextInt(height - (int)partHeight + 1), random.NextInt(width - (int)partWidth + 1), partHeight, partWidth);
        }

        return Region.Covering(height, width, rows, columns);
    }
}
