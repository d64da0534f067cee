using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Framework.Data.Idx;

/// <summary>The byte order of IDX files.</summary>
internal static class BigEndian
{
    /// <summary>From the machine's order to big-endian or back, in place.</summary>
    public static void Swap(Span<byte> elements, int size)
    {
        if (!BitConverter.IsLittleEndian) return;
        switch (size)
        {
            case 2: Reverse(MemoryMarshal.Cast<byte, ushort>(elements)); break;
            case 4: Reverse(MemoryMarshal.Cast<byte, uint>(elements)); break;
            case 8: Reverse(MemoryMarshal.Cast<byte, ulong>(elements)); break;
            default: break;
        }
    }

    private static void Reverse(Span<ushort> words) => BinaryPrimitives.ReverseEndianness(words, words);

    private static void Reverse(Span<uint> words) => BinaryPrimitives.ReverseEndianness(words, words);

    private static void Reverse(Span<ulong> words) => BinaryPrimitives.ReverseEndianness(words, words);
}
