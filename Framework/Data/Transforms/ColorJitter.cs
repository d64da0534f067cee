using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>
/// Changes brightness, then contrast, then saturation, then hue, each by a random amount; values stay in [0, 1]. For pictures in red, green, blue
/// that are not normalised yet.
/// </summary>
/// <param name="brightness">Values are multiplied by 1 ± this.</param>
/// <param name="contrast">Distances from the picture's mean grey are multiplied by 1 ± this.</param>
/// <param name="saturation">Distances from each pixel's grey are multiplied by 1 ± this.</param>
/// <param name="hue">Colours are turned about the axis of grey by ± this share of a full circle.</param>
public sealed class ColorJitter(float brightness = 0, float contrast = 0, float saturation = 0, float hue = 0) : ITransform
{
    private const float Red = 0.299f;
    private const float Green = 0.587f;
    private const float Blue = 0.114f;

    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample) => PictureShape.CheckColour("ColorJitter", sample);

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        float light = Factor(brightness, ref random), spread = Factor(contrast, ref random), colour = Factor(saturation, ref random);
        float angle = ((2 * random.NextSingle()) - 1) * hue * 2 * MathF.PI;
        int area = target.Length / 3;
        for (int i = 0; i < target.Length; i++) target[i] = Math.Clamp(source[i] * light, 0, 1);
        Span<float> red = target[..area], green = target[area..(2 * area)], blue = target[(2 * area)..];

        double sum = 0;
        for (int i = 0; i < area; i++) sum += Grey(red[i], green[i], blue[i]);
        float mean = (float)(sum / area);

        // Rotation about (1, 1, 1): a circulant matrix.
        float same = (1 + (2 * MathF.Cos(angle))) / 3;
        float next = ((1 - MathF.Cos(angle)) / 3) - (MathF.Sin(angle) / MathF.Sqrt(3)), last = ((1 - MathF.Cos(angle)) / 3) + (MathF.Sin(angle) / MathF.Sqrt(3));
        for (int i = 0; i < area; i++)
        {
            float r = Math.Clamp(mean + (spread * (red[i] - mean)), 0, 1);
            float g = Math.Clamp(mean + (spread * (green[i] - mean)), 0, 1);
            float b = Math.Clamp(mean + (spread * (blue[i] - mean)), 0, 1);
            float grey = Grey(r, g, b);
            r = Math.Clamp(grey + (colour * (r - grey)), 0, 1);
            g = Math.Clamp(grey + (colour * (g - grey)), 0, 1);
            b = Math.Clamp(grey + (colour * (b - grey)), 0, 1);
            red[i] = Math.Clamp((same * r) + (next * g) + (last * b), 0, 1);
            green[i] = Math.Clamp((last * r) + (same * g) + (next * b), 0, 1);
            blue[i] = Math.Clamp((next * r) + (last * g) + (same * b), 0, 1);
        }
    }

    private static float Grey(float red, float green, float blue) => (Red * red) + (Green * green) + (Blue * blue);

    private static float Factor(float amount, ref SampleRandom random) => Math.Max(0, 1 + (amount * ((2 * random.NextSingle()) - 1)));
}
