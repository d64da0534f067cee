using Framework.Data;
using Framework.Data.Transforms;
using Framework.Tensors;

namespace Framework.Tests.Data.Transforms;

/// <summary>What a transform makes of a picture.</summary>
internal static class Transformed
{
    /// <summary>The values 1, 2, 3, ... in a shape.</summary>
    public static float[] Counting(Shape shape) => [.. Enumerable.Range(1, shape.ElementCount)];

    /// <summary>Applies a transform; everything must be written, and the source left as it was.</summary>
    public static float[] By(ITransform transform, float[] source, Shape shape, ulong key = 0)
    {
        float[] before = [.. source];
        var target = new float[transform.ShapeAfter(shape).ElementCount];
        Array.Fill(target, float.NaN);
        var random = new SampleRandom(key);
        transform.Apply(source, shape, target, ref random);
        source.Should().Equal(before);
        target.Should().NotContain(float.NaN);
        var again = new float[target.Length];
        random = new SampleRandom(key);
        transform.Apply(source, shape, again, ref random);
        again.Should().Equal(target, "the same chance gives the same picture");
        return target;
    }
}
