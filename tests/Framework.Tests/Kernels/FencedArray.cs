using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Framework.Tests.Kernels;

/// <summary>Memory at a fixed address between two fences of bytes that nobody may write to.</summary>
internal sealed unsafe class FencedArray<T>
    where T : unmanaged
{
    private const int FenceBytes = 256;
    private const byte FenceByte = 0xA5;
    private readonly byte[] _bytes;

    public FencedArray(int length)
    {
        Length = length;
        _bytes = GC.AllocateArray<byte>((2 * FenceBytes) + (length * sizeof(T)), pinned: true);
        _bytes.AsSpan().Fill(FenceByte);
    }

    public FencedArray(ReadOnlySpan<T> values)
        : this(values.Length) => values.CopyTo(Span);

    public int Length { get; }

    public T* Pointer => (T*)((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes)) + FenceBytes);

    public nint Address => (nint)Pointer;

    public Span<T> Span => new(Pointer, Length);

    public ref T this[int index] => ref Span[index];

    public static implicit operator FencedArray<T>(T[] values) => new(values);

    /// <summary>The elements; fails where something was written beside them.</summary>
    public T[] ToArray()
    {
        _bytes.AsSpan(0, FenceBytes).IndexOfAnyExcept(FenceByte).Should().Be(-1, "nothing may be written before the array");
        _bytes.AsSpan(_bytes.Length - FenceBytes).IndexOfAnyExcept(FenceByte).Should().Be(-1, "nothing may be written behind the array");
        return Span.ToArray();
    }
}

/// <summary>A fence that nobody notices would be none.</summary>
public sealed class FencedArrayTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public unsafe void A_write_beside_the_array_is_noticed(int index)
    {
        var array = new FencedArray<float>(5);
        array.Pointer[index] = 1;
        array.Invoking(a => a.ToArray()).Should().Throw<Xunit.Sdk.XunitException>();
    }
}
