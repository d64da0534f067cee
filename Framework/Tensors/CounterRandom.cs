namespace Framework.Tensors;

/// <summary>
/// Random numbers as a function of a key and a counter: the same key gives the same sequence on every machine, and sequences of
/// different keys can be drawn in any order by any number of threads.
/// </summary>
/// <remarks>The generator is SplitMix64 (Steele, Lea and Flood 2014), whose state is a counter already.</remarks>
public sealed class CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <summary>A sequence for a key made of a seed and any further numbers, such as epoch and sample.</summary>
    public CounterRandom(long seed, params ReadOnlySpan<long> stream)
    {
        _state = Mix((ulong)seed + Golden);
        foreach (long part in stream) _state = Mix(_state ^ Mix((ulong)part + Golden));
    }

    /// <summary>A sequence for a key made of a seed and a name, such as that of a parameter.</summary>
    public CounterRandom(long seed, string stream)
        : this(seed, Hash(stream))
    {
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64() => Mix(_state += Golden);

    /// <summary>A number from 0 (included) to 1 (excluded), with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>A whole number from 0 to <paramref name="bound"/> - 1.</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }

    /// <summary>A normally distributed number of mean 0 and deviation 1 (Box and Muller 1958).</summary>
    public double NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>The key of a sequence whose members are asked for by their place, see <see cref="Bits"/>.</summary>
    public static ulong Key(long seed, params ReadOnlySpan<long> stream) => new CounterRandom(seed, stream)._state;

    /// <summary>The key of a sequence for a seed and a name, such as that of a parameter.</summary>
    public static ulong Key(long seed, string stream) => Key(seed, Hash(stream));

    /// <summary>The 64 random bits at a place of the sequence of a key; those that <see cref="NextUInt64"/> gives at its call number place + 1.</summary>
    public static ulong Bits(ulong key, long place) => Mix(key + ((ulong)(place + 1) * Golden));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    // FNV-1a over UTF-16 code units; string.GetHashCode differs between processes.
    private static long Hash(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char c in text) hash = (hash ^ c) * 0x100000001B3;
        return (long)hash;
    }
}
