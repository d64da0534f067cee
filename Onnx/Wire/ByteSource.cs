using System.Buffers;
using Framework.Errors;
using Microsoft.Win32.SafeHandles;

namespace Onnx.Wire;

/// <summary>A model's bytes, read at any place, so that what is large goes from the file to its tensor in one step.</summary>
internal abstract class ByteSource(string name) : IDisposable
{
    /// <summary>How messages name the source.</summary>
    public string Name { get; } = name;

    public abstract long Length { get; }

    /// <summary>How messages name a byte.</summary>
    public string Place(long offset) => FormattableString.Invariant($"{Name}, byte {offset}");

    /// <summary>Fills <paramref name="target"/> with the bytes from <paramref name="offset"/> on.</summary>
    /// <exception cref="ModelFormatException">The source ends before.</exception>
    public abstract void Read(long offset, Span<byte> target);

    public abstract void Dispose();

    protected ModelFormatException EndsEarly() => new(Name, FormattableString.Invariant($"ends at byte {Length}, before what it promises."), "It is truncated.");
}

/// <summary>A file that stays open while it is read.</summary>
internal sealed class FileBytes : ByteSource
{
    private readonly SafeFileHandle _file;

    public FileBytes(string path, string? name = null)
        : this(File.OpenHandle(path, options: FileOptions.SequentialScan), name ?? path)
    {
    }

    public FileBytes(SafeFileHandle file, string name)
        : base(name)
    {
        _file = file;
        Length = RandomAccess.GetLength(file);
    }

    public override long Length { get; }

    public override void Read(long offset, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            int count = RandomAccess.Read(_file, target, offset);
            if (count == 0) throw EndsEarly();
            target = target[count..];
            offset += count;
        }
    }

    public override void Dispose() => _file.Dispose();
}

/// <summary>Bytes in memory.</summary>
internal sealed class MemoryBytes(ReadOnlyMemory<byte> bytes, string name) : ByteSource(name)
{
    public override long Length => bytes.Length;

    public override void Read(long offset, Span<byte> target)
    {
        if (offset < 0 || offset > bytes.Length - target.Length) throw EndsEarly();
        bytes.Span.Slice((int)offset, target.Length).CopyTo(target);
    }

    public override void Dispose()
    {
        // The bytes belong to whoever gave them.
    }
}

/// <summary>Goes forward through a part of a source, in small reads over a buffer.</summary>
internal sealed class ByteReader : IDisposable
{
    private readonly ByteSource _source;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private long _bufferStart;
    private int _buffered;

    public ByteReader(ByteSource source, long start, long end)
    {
        _source = source;
        Position = _bufferStart = start;
        End = end;
    }

    public long Position { get; private set; }

    /// <summary>Where the part ends.</summary>
    public long End { get; }

    public byte ReadByte()
    {
        if (Position >= End) throw new ModelFormatException(_source.Place(Position), "the message ends in the middle of a value.", "The file is truncated or damaged.");
        long at = Position - _bufferStart;
        if (at < 0 || at >= _buffered)
        {
            Fill();
            at = 0;
        }

        Position++;
        return _buffer[at];
    }

    public ulong ReadVarint()
    {
        long start = Position;
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte b = ReadByte();
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }

        throw new ModelFormatException(_source.Place(start), "a number has more than ten bytes.", "The file is damaged, or no ONNX file.");
    }

    /// <summary>A little-endian number of four or eight bytes.</summary>
    public ulong ReadFixed(int bytes)
    {
        ulong value = 0;
        for (int i = 0; i < bytes; i++) value |= (ulong)ReadByte() << (8 * i);
        return value;
    }

    public void Read(Span<byte> target)
    {
        if (target.Length > End - Position)
            throw new ModelFormatException(_source.Place(Position), "the message ends in the middle of a value.", "The file is truncated or damaged.");
        long at = Position - _bufferStart;
        int held = at >= 0 && at < _buffered ? (int)Math.Min(_buffered - at, target.Length) : 0;
        if (held > 0) _buffer.AsSpan((int)at, held).CopyTo(target);
        if (held < target.Length) _source.Read(Position + held, target[held..]);
        Position += target.Length;
    }

    public void Skip(long count) => Position += count;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void Fill()
    {
        _buffered = (int)Math.Min(_buffer.Length, End - Position);
        _source.Read(Position, _buffer.AsSpan(0, _buffered));
        _bufferStart = Position;
    }
}
