namespace Validation.Parity;

/// <summary>Random bits as a function of a counter, cheap enough for each element of a large network.</summary>
internal static class Hash
{
    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood 2014) over a counter.</summary>
    public static ulong Mixed(ulong counter)
    {
        ulong z = (counter + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
