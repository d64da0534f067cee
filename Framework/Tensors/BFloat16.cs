namespace Framework.Tensors;

/// <summary>A bfloat16: the upper 16 bits of a binary32. Storage only; arithmetic happens in float.</summary>
/// <param name="Bits">The 16 bits.</param>
public readonly record struct BFloat16(ushort Bits)
{
    /// <summary>The same number as a float; exact.</summary>
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <summary>The nearest bfloat16, ties to even; NaN stays NaN.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return new BFloat16((ushort)((bits >> 16) | 0x40));
        uint roundingBias = 0x7FFF + ((bits >> 16) & 1);
        return new BFloat16((ushort)((bits + roundingBias) >> 16));
    }
}
