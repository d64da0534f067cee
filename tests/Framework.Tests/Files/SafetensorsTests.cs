using System.Text;
using Framework.Errors;
using Framework.Files;
using Framework.Tensors;

namespace Framework.Tests.Files;

public sealed class SafetensorsTests
{
    private static readonly (string Name, Tensor Tensor)[] s_tensors =
    [
        ("b.weight", Tensor.From([1.5f, -2, float.NaN, 4, 5, 6], [2, 3])),
        ("a", Tensor.From<long>([7], [1])),
        ("none", new Tensor(ElementType.Float64, [0, 4])),
        ("scalar", Tensor.Scalar((byte)9)),
    ];

    [Fact]
    public void Tensors_come_back_as_they_were()
    {
        var read = Read(Written(s_tensors));

        read.Keys.Should().BeEquivalentTo(s_tensors.Select(t => t.Name));
        foreach (var (name, tensor) in s_tensors)
        {
            read[name].ElementType.Should().Be(tensor.ElementType);
            read[name].Shape.Should().Equal(tensor.Shape);
            read[name].AsBytes().ToArray().Should().Equal(tensor.AsBytes().ToArray());
        }
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        byte[] file = Written([("x", Tensor.From([1f], [1]))], new Dictionary<string, string> { ["k"] = "v" });

        string header = """{"__metadata__":{"k":"v"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";
        int padded = (header.Length + 7) / 8 * 8;
        file.Should().Equal([(byte)padded, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(header.PadRight(padded)), 0, 0, 0x80, 0x3F]);
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", 8, "do not fit")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "extent -1")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "behind the one before it")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "bytes behind its last")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "within the file")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4000000000],"data_offsets":[0,4]}}""", 4, "outside 0")]
    [InlineData("""{"x":{"dtype":"F32","shape":[46341,46341,3],"data_offsets":[0,4]}}""", 4, "at most")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "do not fit")]
    [InlineData("""{"x":{"dtype":"F3","shape":[1],"data_offsets":[0,4]}}""", 4, "unknown")]
    [InlineData("""{"x":{"shape":[1],"data_offsets":[0,4]}}""", 4, "cannot be read")]
    [InlineData("""{"x":3}""", 0, "cannot be read")]
    [InlineData("""[1,2]""", 0, "cannot be read")]
    [InlineData("""{"x":""", 0, "cannot be read")]
    [InlineData("""{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "two tensors")]
    public void A_file_that_lies_is_refused(string header, int bytes, string expected)
    {
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), .. new byte[bytes]];
        FluentActions.Invoking(() => Read(file)).Should().Throw<DataFormatException>().WithMessage($"*{expected}*");
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(1_000)]
    public void A_header_longer_than_the_file_is_refused_before_memory_is_taken(long length) =>
        FluentActions.Invoking(() => Read([.. BitConverter.GetBytes(length), 1, 2])).Should().Throw<DataFormatException>().WithMessage("*header*");

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] file = Written(s_tensors);
        for (int length = 0; length < file.Length; length++)
            FluentActions.Invoking(() => Read(file[..length])).Should().Throw<DataFormatException>($"{length} bytes");
    }

    private static byte[] Written((string Name, Tensor Tensor)[] tensors, Dictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static IReadOnlyDictionary<string, Tensor> Read(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return Safetensors.Read(stream, "file");
    }
}
