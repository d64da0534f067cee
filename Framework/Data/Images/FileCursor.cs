using System.Buffers.Binary;
using Framework.Errors;

namespace Framework.Data.Images;

/// <summary>Goes through a file's bytes; knows the place, and refuses to go beyond the end.</summary>
internal ref struct FileCursor(ReadOnlySpan<byte> file, string kind, string place)
{
    private readonly ReadOnlySpan<byte> _file = file;

    /// <summary>The byte that comes next, counted from the file's beginning.</summary>
    public int Position { get; private set; }

    public readonly int Left => _file.Length - Position;

    public readonly byte Peek => _file[Position];

    public ReadOnlySpan<byte> Take(int count, string what)
    {
        if (count > Left) throw Error($"the file ends, but {what} needs {count - Left} more bytes.", "Was it cut off on its way?");
        var taken = _file.Slice(Position, count);
        Position += count;
        return taken;
    }

    public void MoveTo(long position, string what)
    {
        if (position < 0 || position > _file.Length) throw Error($"{what} would begin at byte {position}, but the file has {_file.Length}.");
        Position = (int)position;
    }

    public byte Byte(string what) => Take(1, what)[0];

    public ushort Little16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, what));

    public uint Little32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public uint Big32(string what) => BinaryPrimitives.ReadUInt32BigEndian(Take(4, what));

    /// <summary>Checks a picture's extents, before any memory is taken for it.</summary>
    public readonly (int Rows, int Columns) Extents(long rows, long columns)
    {
        if (rows < 1 || columns < 1 || rows > Picture.MostPixels || columns > Picture.MostPixels || rows * columns > Picture.MostPixels)
            throw Error($"a picture of {columns} x {rows} pixels is declared; 1 to {Picture.MostPixels} pixels are read.");
        return ((int)rows, (int)columns);
    }

    public readonly DataFormatException Error(string problem, string? remedy = null, Exception? inner = null) =>
        new(place, $"{kind}, byte {Position}: {problem}", remedy, inner);
}
