using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>A step between a data set and a batch: normalisation, a crop, a flip. Without state, used by several threads at once.</summary>
public interface ITransform
{
    /// <summary>The shape that a sample of the given shape has afterwards. Asked once, before any sample is seen.</summary>
    /// <exception cref="Errors.ShapeException">The transform does not fit such samples.</exception>
    Shape ShapeAfter(Shape sample);

    /// <summary>Transforms one sample.</summary>
    /// <param name="source">The values before.</param>
    /// <param name="shape">Their extents, CHW for pictures.</param>
    /// <param name="target">Receives the values afterwards, all of them; memory other than <paramref name="source"/>.</param>
    /// <param name="random">
    /// Chance, if the transform needs it: the same for the same seed, epoch, sample and place in the list of transforms.
    /// </param>
    void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random);
}
