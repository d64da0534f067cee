using System.Text;
using Framework.Errors;
using Framework.Tensors;

namespace Onnx.Tests;

public sealed class TensorFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tensors").FullName;

    public static TheoryData<ElementType, string> Forms
    {
        get
        {
            var data = new TheoryData<ElementType, string>();
            foreach (var type in Enum.GetValues<ElementType>().Where(t => t != ElementType.Undefined))
            {
                data.Add(type, ".pb");
                if (type != ElementType.BFloat16) data.Add(type, ".npy");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_tensor_that_is_written_comes_back(ElementType type, string ending)
    {
        foreach (var shape in new Shape[] { [], [0], [3], [2, 3], [2, 0, 3], [1, 2, 3, 4, 5] })
        {
            var tensor = new Tensor(type, shape);
            var bytes = tensor.AsBytes();
            for (int i = 0; i < bytes.Length; i++) bytes[i] = type == ElementType.Bool ? (byte)(i % 2) : (byte)(i * 7);
            string path = Path.Combine(_folder, $"t{ending}");
            TensorFiles.Write(path, tensor, "t");

            var again = TensorFiles.Read(path);

            again.ElementType.Should().Be(type);
            again.Shape.Should().Equal(shape);
            again.AsBytes().ToArray().Should().Equal(bytes.ToArray());
        }
    }

    [Fact]
    public void A_numpy_file_is_laid_out_as_numpy_does()
    {
        string path = Path.Combine(_folder, "t.npy");
        TensorFiles.Write(path, Tensor.From([1f, 2f, 3f], [3]));

        byte[] bytes = File.ReadAllBytes(path);

        bytes.Length.Should().Be(128 + 12);
        bytes[..10].Should().Equal(0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 118, 0);
        Encoding.ASCII.GetString(bytes[10..128]).TrimEnd(' ', '\n').Should().Be("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
        bytes[127].Should().Be((byte)'\n');
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "*type '>f4'*")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "*column-major*")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "*single array*")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "*holds 4 bytes of elements, but Float32[2*] takes 8*")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "*too large*")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536), }", "*too large*")]
    [InlineData("nonsense", "*single array*")]
    public void A_numpy_file_that_is_not_supported_says_why(string header, string message)
    {
        string path = Path.Combine(_folder, "t.npy");
        byte[] text = Encoding.ASCII.GetBytes(header);
        File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. text, 0, 0, 0, 0]);

        var read = () => TensorFiles.Read(path);

        read.Should().Throw<DataFormatException>().WithMessage($"{path}*").WithMessage(message);
    }

    [Theory]
    [InlineData(".npy")]
    [InlineData(".pb")]
    public void A_file_cut_off_at_any_byte_is_refused(string ending)
    {
        string path = Path.Combine(_folder, $"t{ending}");
        TensorFiles.Write(path, Tensor.From(Enumerable.Range(0, 100).Select(i => (float)i).ToArray(), [100]));
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            var read = () => TensorFiles.Read(path);
            read.Should().Throw<DataFormatException>("{0} of {1} bytes are there", length, whole.Length).WithMessage($"{path}*");
        }
    }

    [Fact]
    public void Another_ending_and_an_absent_file_are_named()
    {
        var ending = () => TensorFiles.Read("t.txt");
        var absent = () => TensorFiles.Read(Path.Combine(_folder, "t.npy"));

        ending.Should().Throw<UsageException>().WithMessage("*t.txt*neither .pb nor .npy*");
        absent.Should().Throw<UsageException>().WithMessage("*t.npy*cannot be read*");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
