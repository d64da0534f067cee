namespace Framework.Data.Images;

/// <summary>The check sum of PNG's chunks: CRC-32 of ISO 3309, the polynomial 0xEDB88320 with its bits reversed.</summary>
internal static class Crc32
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(b => Entry((uint)b))];

    public static uint Of(params ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte b in bytes) sum = s_table[(byte)(sum ^ b)] ^ (sum >> 8);
        return ~sum;
    }

    private static uint Entry(uint value)
    {
        for (int bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : 0xEDB88320 ^ (value >> 1);
        return value;
    }
}
