using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Framework.Errors;
using Framework.Tensors;
using Onnx.Wire;

namespace Onnx;

/// <summary>
/// NumPy's <c>.npy</c>: the bytes 93 "NUMPY", a version, the length of a header, the header (a Python dictionary literal with <c>descr</c>,
/// <c>fortran_order</c> and <c>shape</c>, filled up with spaces so that the elements start at a multiple of 64), the elements.
/// </summary>
internal static partial class NumPyFormat
{
    private const int Alignment = 64;
    private const int MagicBytes = 6;
    private const int LongestHeader = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public static Tensor Read(ByteSource source)
    {
        Span<byte> prefix = stackalloc byte[12];
        if (source.Length < prefix.Length) throw new DataFormatException(source.Name, $"has {source.Length} bytes, fewer than the header of a .npy file.");
        source.Read(0, prefix);
        if (!prefix.StartsWith(Magic)) throw new DataFormatException(source.Place(0), "does not begin like a .npy file.");

        // Version 1 has a length of two bytes, 2 and 3 of four.
        int version = prefix[MagicBytes];
        if (version is < 1 or > 3) throw new DataFormatException(source.Place(MagicBytes), $"is of version {version}; 1 to 3 are known.");
        int headerStart = version == 1 ? 10 : 12;
        uint headerLength = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        if (headerLength > Math.Min(LongestHeader, source.Length - headerStart))
            throw new DataFormatException(source.Place(8), $"promises a header of {headerLength} bytes.", "The file is truncated or damaged.");
        byte[] header = new byte[headerLength];
        source.Read(headerStart, header);
        var (type, shape) = ParseHeader(Encoding.UTF8.GetString(header), source.Place(headerStart));

        long start = headerStart + headerLength, bytes = (long)shape.ElementCount * type.Size();
        if (source.Length - start != bytes)
            throw new DataFormatException(source.Place(start), $"holds {source.Length - start} bytes of elements, but {type}{shape} takes {bytes}.", "The file is truncated or damaged.");
        var tensor = Tensor.Uninitialized(type, shape);
        TensorReader.ReadInto(source, start, tensor);
        return tensor;
    }

    public static void Write(Stream stream, Tensor tensor)
    {
        string extents = string.Concat(tensor.Shape.Select(e => e.ToString(CultureInfo.InvariantCulture) + ", "));
        string header = $"{{'descr': '{Describe(tensor.ElementType)}', 'fortran_order': False, 'shape': ({extents.TrimEnd()}), }}";
        const int headerStart = 10;
        int padded = ((headerStart + header.Length + 1 + Alignment - 1) / Alignment * Alignment) - headerStart;
        stream.Write(Magic);
        stream.Write([1, 0, (byte)padded, (byte)(padded >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + '\n'));
        TensorWriter.WriteTo(stream, tensor);
    }

    private static (ElementType Type, Shape Shape) ParseHeader(string header, string place)
    {
        if (OrderOf().Match(header) is not { Success: true } order || ShapeOf().Match(header) is not { Success: true } shape || TypeOf().Match(header) is not { Success: true } description)
            throw new DataFormatException(place, "the header is not one of a single array of numbers.");
        if (order.Groups[1].Value == "True")
            throw new DataFormatException(place, "the elements are in column-major order (fortran_order).", "Save it with numpy.ascontiguousarray.");
        string descr = description.Groups[1].Value;
        var type = s_types.FirstOrDefault(t => t.Description == descr).Type;
        if (type == ElementType.Undefined) throw new DataFormatException(place, $"the elements are of the type '{descr}'.", "Numbers of this machine's byte order and booleans are supported.");
        var extents = shape.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            return (type, Shape.From(Array.ConvertAll(extents, e => long.Parse(e, NumberStyles.None, CultureInfo.InvariantCulture))));
        }
        catch (Exception e) when (e is ShapeException or OverflowException)
        {
            throw new DataFormatException(place, $"the shape ({shape.Groups[1].Value}) is too large.", null, e);
        }
    }

    // NumPy has no bfloat16; its bits go as 16-bit unsigned integers.
    private static string Describe(ElementType type) => s_types.First(t => t.Type == type).Description;

    private static readonly (ElementType Type, string Description)[] s_types =
    [
        (ElementType.Float32, "<f4"), (ElementType.Float64, "<f8"), (ElementType.Float16, "<f2"),
        (ElementType.Int8, "|i1"), (ElementType.Int16, "<i2"), (ElementType.Int32, "<i4"), (ElementType.Int64, "<i8"),
        (ElementType.UInt8, "|u1"), (ElementType.UInt16, "<u2"), (ElementType.UInt32, "<u4"), (ElementType.UInt64, "<u8"),
        (ElementType.Bool, "|b1"), (ElementType.BFloat16, "<u2"),
    ];

    [GeneratedRegex(@"'descr':\s*'([^']*)'", RegexOptions.NonBacktracking)]
    private static partial Regex TypeOf();

    [GeneratedRegex(@"'fortran_order':\s*(True|False)", RegexOptions.NonBacktracking)]
    private static partial Regex OrderOf();

    [GeneratedRegex(@"'shape':\s*\(([\d,\s]*)\)", RegexOptions.NonBacktracking)]
    private static partial Regex ShapeOf();
}
