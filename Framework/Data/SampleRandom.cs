namespace Framework.Data;

/// <summary>
/// Random numbers out of a counter: the n-th draw is a function of the key and n alone, so a sample is disturbed alike
/// whichever thread prepares it, in whatever order. A mutable value: pass it by reference.
/// </summary>
/// <remarks>
/// SplitMix64 (Steele, Lea, Flood 2014): a Weyl sequence through the mixing function of its variant 13. Fit for shuffling
/// and augmentation, not for secrets.
/// </remarks>
public struct SampleRandom
{
    private const ulong Weyl = 0x9E3779B97F4A7C15;
    private const ulong ChildKey = 0xD1B54A32D192ED03;

    private readonly ulong _key;
    private ulong _counter;

    /// <summary>The stream of a seed.</summary>
    public SampleRandom(ulong key) => _key = key;

    /// <summary>An independent stream, named by a number; what this one has drawn so far does not matter.</summary>
    public readonly SampleRandom Child(ulong name) => new(Mix(Mix(_key ^ ChildKey) + (name * Weyl)));

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64() => Mix(_key + (++_counter * Weyl));

    /// <summary>A number in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>An integer in [0, <paramref name="bound"/>); each is as likely as any other up to 2^-33.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
