using System.Runtime.InteropServices;
using System.Text;

namespace Interop.LibTorch;

/// <summary>A tensor of a program, by its number.</summary>
/// <param name="Index">The number.</param>
public readonly record struct TorchSlot(int Index);

/// <summary>The kinds of arguments; the numbers are the shim's.</summary>
internal enum TorchArgumentKind
{
    Default,
    None,
    Slot,
    Int,
    Float,
    Bool,
    Ints,
    Floats,
    Bools,
    Slots,
    Text,
}

/// <summary>
/// An argument of an ATen operator: a tensor, tensors, a number, numbers, a truth value, truth values or a text. The operator's schema
/// decides what a number becomes.
/// </summary>
public readonly struct TorchArgument
{
    private TorchArgument(TorchArgumentKind kind, long payload = 0, byte[]? data = null, int count = 0)
    {
        Kind = kind;
        Payload = payload;
        Data = data;
        Count = count;
    }

    /// <summary>What the schema says where nothing is given.</summary>
    public static TorchArgument Default => default;

    /// <summary>No value.</summary>
    public static TorchArgument None => new(TorchArgumentKind.None);

    internal TorchArgumentKind Kind { get; }

    /// <summary>An integer, or the bits of a double.</summary>
    internal long Payload { get; }

    /// <summary>The elements of a list.</summary>
    internal byte[]? Data { get; }

    internal int Count { get; }

    /// <summary>A tensor.</summary>
    public static implicit operator TorchArgument(TorchSlot slot) => new(TorchArgumentKind.Slot, slot.Index);

    /// <summary>A tensor, or none.</summary>
    public static implicit operator TorchArgument(TorchSlot? slot) => slot is { } given ? given : None;

    /// <summary>An integer.</summary>
    public static implicit operator TorchArgument(long value) => new(TorchArgumentKind.Int, value);

    /// <summary>A real number.</summary>
    public static implicit operator TorchArgument(double value) => new(TorchArgumentKind.Float, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A truth value.</summary>
    public static implicit operator TorchArgument(bool value) => new(TorchArgumentKind.Bool, value ? 1 : 0);

    /// <summary>Integers.</summary>
    public static implicit operator TorchArgument(long[] values) => List<long>(TorchArgumentKind.Ints, values);

    /// <summary>Real numbers.</summary>
    public static implicit operator TorchArgument(double[] values) => List<double>(TorchArgumentKind.Floats, values);

    /// <summary>Truth values.</summary>
    public static implicit operator TorchArgument(bool[] values) => List<bool>(TorchArgumentKind.Bools, values);

    /// <summary>Tensors.</summary>
    public static implicit operator TorchArgument(TorchSlot[] slots) => List<int>(TorchArgumentKind.Slots, Array.ConvertAll(slots, s => s.Index));

    /// <summary>Tensors, some of which are absent.</summary>
    public static implicit operator TorchArgument(TorchSlot?[] slots) =>
        List<int>(TorchArgumentKind.Slots, Array.ConvertAll(slots, s => s?.Index ?? -1));

    /// <summary>A text.</summary>
    public static implicit operator TorchArgument(string text) => List<byte>(TorchArgumentKind.Text, Encoding.UTF8.GetBytes(text));

    private static TorchArgument List<T>(TorchArgumentKind kind, ReadOnlySpan<T> values)
        where T : unmanaged => new(kind, data: MemoryMarshal.AsBytes(values).ToArray(), count: values.Length);
}
