using System.Runtime.CompilerServices;

namespace Framework.Tensors;

/// <summary>
/// Philox4x32-10, a random generator without a state: four words follow from a counter and a key alone, so that any part of a
/// sequence can be computed by any thread.
/// </summary>
/// <remarks>Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011; multipliers, key steps and the ten rounds
/// are theirs. The key is the seed; the counter's low half counts blocks of four words, its high half names the stream.</remarks>
public static class Philox
{
    internal const uint Multiplier0 = 0xD2511F53;
    internal const uint Multiplier1 = 0xCD9E8D57;
    internal const uint KeyStep0 = 0x9E3779B9;
    internal const uint KeyStep1 = 0xBB67AE85;
    internal const int Rounds = 10;

    /// <summary>Bits of a word that a float between 0 and 1 is made of: as many as it can hold.</summary>
    internal const int UnitBits = 24;
    internal const float Unit = 1f / (1 << UnitBits);

    /// <summary>The four words of a block.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">Which of the key's sequences: a number for each use and step of training.</param>
    /// <param name="block">The position within it, in units of four words.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint W0, uint W1, uint W2, uint W3) Block(ulong seed, ulong stream, ulong block)
    {
        uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = (uint)stream, c3 = (uint)(stream >> 32);
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = (ulong)Multiplier0 * c0, p1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(p1 >> 32) ^ c1 ^ k0;
            c2 = (uint)(p0 >> 32) ^ c3 ^ k1;
            c1 = (uint)p1;
            c3 = (uint)p0;
            k0 += KeyStep0;
            k1 += KeyStep1;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>A word as a float from 0 to below 1: its upper 24 bits, so that every value is equally likely and exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToUnit(uint word) => (word >> (32 - UnitBits)) * Unit;
}
