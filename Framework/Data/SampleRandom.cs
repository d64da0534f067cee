using Framework.Tensors;

namespace Framework.Data;

/// <summary>
/// Random numbers out of a counter: the n-th draw is a function of the key and n alone, so a sample is disturbed alike
/// whichever thread prepares it, in whatever order. A mutable value: pass it by reference.
/// </summary>
/// <remarks>The numbers are those of <see cref="CounterRandom.Bits"/>, as a value that takes no memory; fit for shuffling and augmentation, not for secrets.</remarks>
public struct SampleRandom
{
    private const ulong ChildKey = 0xD1B54A32D192ED03;

    private readonly ulong _key;
    private long _counter;

    /// <summary>The stream of a seed.</summary>
    public SampleRandom(ulong key) => _key = key;

    /// <summary>An independent stream, named by a number; what this one has drawn so far does not matter.</summary>
    public readonly SampleRandom Child(ulong name) => new(CounterRandom.Bits(CounterRandom.Bits(_key ^ ChildKey, -1), (long)name - 1));

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64() => CounterRandom.Bits(_key, _counter++);

    /// <summary>A number in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>A normally distributed number of mean 0 and deviation 1 (Box and Muller 1958).</summary>
    public float NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - ((NextUInt64() >> 11) * (1.0 / (1L << 53)))));
        return (float)(radius * Math.Cos(2 * Math.PI * NextSingle()));
    }

    /// <summary>A number in [0, 1] of the distribution Beta(<paramref name="alpha"/>, <paramref name="alpha"/>) (Jöhnk 1964).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is not in (0, 8]: beyond, the method would try for long.</exception>
    public float NextBeta(float alpha)
    {
        if (!(alpha is > 0 and <= 8)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "A number above 0 and up to 8 is expected.");
        while (true)
        {
            double x = Math.Pow(NextSingle(), 1 / alpha), y = Math.Pow(NextSingle(), 1 / alpha);
            if (x + y is > 0 and <= 1) return (float)(x / (x + y));
        }
    }

    /// <summary>An integer in [0, <paramref name="bound"/>); each is as likely as any other up to 2^-33.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }
}
