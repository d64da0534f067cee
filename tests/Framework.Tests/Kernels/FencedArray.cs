namespace Framework.Tests.Kernels;

/// <summary>
/// Memory at a fixed address that ends at a page that nobody may touch and begins behind bytes that nobody may write to. At no particular
/// alignment.
/// </summary>
/// <remarks>Stays valid while its thread makes no more than a thousand others, which is longer than any test needs it.</remarks>
internal sealed unsafe class FencedArray<T>
    where T : unmanaged
{
    private const int FenceBytes = 256;
    private const byte FenceByte = 0xA5;
    private readonly GuardedFloats _memory;

    public FencedArray(int length)
    {
        Length = length;
        int bytes = length * sizeof(T);
        _memory = FencedMemory.Take((FenceBytes + bytes + sizeof(float) - 1) / sizeof(float));
        Pointer = (T*)((byte*)(_memory.Pointer + _memory.Count) - bytes);
        new Span<byte>(_memory.Pointer, (int)_memory.Count * sizeof(float)).Fill(FenceByte);
    }

    public FencedArray(ReadOnlySpan<T> values)
        : this(values.Length) => values.CopyTo(Span);

    public int Length { get; }

    public T* Pointer { get; }

    public nint Address => (nint)Pointer;

    public Span<T> Span => new(Pointer, Length);

    public ref T this[int index] => ref Span[index];

    public static implicit operator FencedArray<T>(T[] values) => new(values);

    /// <summary>The elements; fails where something was written before them.</summary>
    public T[] ToArray()
    {
        var before = new ReadOnlySpan<byte>(_memory.Pointer, (int)((byte*)Pointer - (byte*)_memory.Pointer));
        before.IndexOfAnyExcept(FenceByte).Should().Be(-1, "nothing may be written before the array");
        return Span.ToArray();
    }
}

/// <summary>The mappings behind fenced arrays, given back when a thread has made many more.</summary>
internal static class FencedMemory
{
    private const int MostAlive = 1024;
    private const long MostFloats = 1 << 25;

    [ThreadStatic]
    private static Queue<GuardedFloats>? t_alive;

    [ThreadStatic]
    private static long t_floats;

    public static GuardedFloats Take(int floats)
    {
        t_alive ??= [];
        var memory = new GuardedFloats(floats);
        t_alive.Enqueue(memory);
        t_floats += floats;
        while (t_alive.Count > MostAlive || (t_floats > MostFloats && t_alive.Count > 16))
        {
            var oldest = t_alive.Dequeue();
            t_floats -= oldest.Count;
            oldest.Dispose();
        }

        return memory;
    }
}

/// <summary>A fence that nobody notices would be none; that of the end is shown to hold with <see cref="GuardedFloats"/>.</summary>
public sealed class FencedArrayTests
{
    [Fact]
    public unsafe void A_write_before_the_array_is_noticed()
    {
        var array = new FencedArray<float>(5);
        array.Pointer[-1] = 1;
        array.Invoking(a => a.ToArray()).Should().Throw<Xunit.Sdk.XunitException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(4096)]
    public unsafe void The_byte_behind_the_array_cannot_be_read(int length)
    {
        if (OperatingSystem.IsWindows()) return;
        var array = new FencedArray<byte>(length);
        GuardedFloats.CanRead(array.Pointer + length - 1).Should().BeTrue();
        GuardedFloats.CanRead(array.Pointer + length).Should().BeFalse();
    }
}
