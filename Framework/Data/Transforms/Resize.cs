using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>Brings pictures to a size, smoothly.</summary>
public sealed class Resize : ITransform
{
    private readonly Func<int, int, (int Rows, int Columns)> _sizeOf;

    /// <summary>To rows and columns, whatever the form was.</summary>
    public Resize(int rows, int columns)
        : this((_, _) => (rows, columns))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
    }

    private Resize(Func<int, int, (int Rows, int Columns)> sizeOf) => _sizeOf = sizeOf;

    /// <summary>Until the shorter side is as long as this; the form stays.</summary>
    public static Resize Shorter(int side)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(side);
        return new Resize((rows, columns) => rows <= columns ? (side, Scaled(columns, rows)) : (Scaled(rows, columns), side));

        int Scaled(int longer, int shorter) => (int)((long)side * longer / shorter);
    }

    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample)
    {
        var (rows, columns) = _sizeOf(PictureShape.Check("Resize", sample)[1], sample[2]);
        return [sample[0], rows, columns];
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        var (rows, columns) = _sizeOf(shape[1], shape[2]);
        Resampling.Apply(source, shape, Region.Whole(shape[1], shape[2]), target, rows, columns);
    }
}
