using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>What transforms of pictures ask of samples.</summary>
internal static class PictureShape
{
    public static Shape Check(string transform, Shape sample) => sample.Rank == 3
        ? sample
        : throw new ShapeException(transform, $"samples {sample} are no pictures.", "[channels, rows, columns] is expected.");

    public static Shape CheckColour(string transform, Shape sample) => Check(transform, sample)[0] == 3
        ? sample
        : throw new ShapeException(transform, $"samples {sample} have {sample[0]} channels.", "Red, green and blue are expected.");

    /// <summary>Copies a rectangle of each channel to a place in another picture; both must be wholly inside.</summary>
    public static void Copy(
        ReadOnlySpan<float> source, Shape from, int top, int left, Span<float> target, Shape to, int atTop, int atLeft, int rows, int columns)
    {
        for (int channel = 0; channel < from[0]; channel++)
        {
            for (int row = 0; row < rows; row++)
            {
                source.Slice((((channel * from[1]) + top + row) * from[2]) + left, columns)
                    .CopyTo(target[((((channel * to[1]) + atTop + row) * to[2]) + atLeft)..]);
            }
        }
    }
}
