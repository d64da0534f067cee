using Framework.Tensors;

namespace Framework.Data.Synthetic;

/// <summary>How far the generator goes from the upright cross and ring in the middle.</summary>
public sealed record XAndODistortion
{
    /// <summary>The farthest that the middle moves, in either direction, as a share of the room that the shape leaves.</summary>
    public float Translation { get; init; } = 1;

    /// <summary>The smallest size, as a share of the largest that fits.</summary>
    public float LeastScale { get; init; } = 0.5f;

    /// <summary>The largest size, as a share of the largest that fits; below 1 it leaves room to move in.</summary>
    public float MostScale { get; init; } = 0.8f;

    /// <summary>The farthest turn in either direction, in degrees.</summary>
    public float Rotation { get; init; } = 15;

    /// <summary>The thinnest stroke in pixels of a picture of 9 x 9.</summary>
    public float ThinnestStroke { get; init; } = 0.8f;

    /// <summary>The thickest stroke in pixels of a picture of 9 x 9.</summary>
    public float ThickestStroke { get; init; } = 1.4f;

    /// <summary>None: the upright shapes in the middle, one stroke thick.</summary>
    public static XAndODistortion None { get; } = new() { Translation = 0, LeastScale = 1, MostScale = 1, Rotation = 0, ThinnestStroke = 1, ThickestStroke = 1 };
}

/// <summary>
/// Pictures of X and O, drawn when they are read: shifted, scaled, turned, thick and thin. Which, follows from seed, split and index alone.
/// </summary>
/// <param name="split">The part; the two are drawn apart.</param>
/// <param name="count">The number of pictures; they are X and O in turns.</param>
/// <param name="size">Rows and columns.</param>
/// <param name="distortion">How far they are distorted; null for the usual.</param>
/// <param name="seed">Decides what is drawn.</param>
public sealed class XAndO(DataSplit split, int count, int size = 9, XAndODistortion? distortion = null, long seed = 1) : IDataset
{
    private readonly XAndODistortion _distortion = distortion ?? new XAndODistortion();
    private readonly ulong _key = CounterRandom.Key(seed, (long)split);

    /// <inheritdoc/>
    public int Count { get; } = count > 0 ? count : throw new ArgumentOutOfRangeException(nameof(count), count, "One picture at least is needed.");

    /// <inheritdoc/>
    public Shape SampleShape { get; } = size >= 5 ? [1, size, size] : throw new ArgumentOutOfRangeException(nameof(size), size, "A picture has 5 rows at least.");

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } = ["X", "O"];

    /// <summary>Mean and deviation 1/2, which make black and white -1 and 1, as the course has it.</summary>
    public ChannelStatistics Statistics { get; } = new([0.5f], [0.5f]);

    /// <inheritdoc/>
    public int Read(int index, Span<float> sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        if (sample.Length != size * size) throw new ArgumentException($"A sample has {size * size} values, not {sample.Length}.", nameof(sample));
        var random = new SampleRandom(_key).Child((ulong)index);
        float scale = Between(ref random, _distortion.LeastScale, _distortion.MostScale), angle = Between(ref random, -1, 1) * _distortion.Rotation * MathF.PI / 180;
        float half = Between(ref random, _distortion.ThinnestStroke, _distortion.ThickestStroke) * size / 18;
        float reach = scale * size * 7 / 18, room = Math.Max(0, (size / 2f) - reach - half) * _distortion.Translation;
        float downMiddle = (size / 2f) + (Between(ref random, -1, 1) * room), rightMiddle = (size / 2f) + (Between(ref random, -1, 1) * room);

        // Turned back into the shape's own coordinates, a pixel's darkness is how far it is from the stroke's edge.
        float sine = MathF.Sin(angle), cosine = MathF.Cos(angle);
        for (int i = 0; i < sample.Length; i++)
        {
            float down = (i / size) + 0.5f - downMiddle, right = (i % size) + 0.5f - rightMiddle;
            float x = (cosine * right) + (sine * down), y = (cosine * down) - (sine * right);
            float distance = index % 2 == 0 ? ToCross(x, y, reach) : MathF.Abs(MathF.Sqrt((x * x) + (y * y)) - reach);
            sample[i] = Math.Clamp(half - distance + 0.5f, 0, 1);
        }

        return index % 2;
    }

    // Both diagonals end at the corners of the square of twice the reach; by symmetry one is enough.
    private static float ToCross(float x, float y, float reach)
    {
        x = MathF.Abs(x);
        y = MathF.Abs(y);
        float along = Math.Min((x + y) / 2, reach);
        return MathF.Sqrt(((x - along) * (x - along)) + ((y - along) * (y - along)));
    }

    private static float Between(ref SampleRandom random, float least, float most) => least + ((most - least) * random.NextSingle());
}
