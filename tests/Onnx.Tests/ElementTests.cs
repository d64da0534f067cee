using Framework.Errors;
using Framework.Tensors;
using Google.Protobuf;
using Onnx.Wire;

namespace Onnx.Tests;

public class ElementTests
{
    // More than what stays in the messages, so that both ways are gone.
    private const int Many = 300;

    public static TheoryData<ElementType, int> Types
    {
        get
        {
            var data = new TheoryData<ElementType, int>();
            foreach (var type in Enum.GetValues<ElementType>().Where(t => t != ElementType.Undefined))
            {
                data.Add(type, 3);
                data.Add(type, Many);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Elements_of_every_type_come_back_from_raw_bytes(ElementType type, int count)
    {
        var tensor = Sample(type, count);

        Import(TensorWriter.Write(tensor, "t")).AsBytes().ToArray().Should().Equal(tensor.AsBytes().ToArray());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Elements_of_every_type_come_back_from_typed_fields(ElementType type, int count)
    {
        var tensor = Sample(type, count);

        Import(Typed(tensor)).AsBytes().ToArray().Should().Equal(tensor.AsBytes().ToArray());
    }

    [Fact]
    public void Packed_elements_in_several_runs_stay_in_order()
    {
        float[] values = [.. Enumerable.Range(0, 2 * Many).Select(i => (float)i)];
        var head = new TensorProto { Name = "t", DataType = (int)ElementType.Float32, Dims = { 2 * Many } };
        head.FloatData.Add(values[..2]);
        var middle = new TensorProto();
        middle.FloatData.Add(values[2..Many]);
        var tail = new TensorProto();
        tail.FloatData.Add(values[Many..]);
        byte[] bytes = [.. head.ToByteArray(), .. middle.ToByteArray(), .. tail.ToByteArray()];
        string file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "t.pb");
        File.WriteAllBytes(file, bytes);

        TensorFiles.Read(file).AsSpan<float>().ToArray().Should().Equal(values);
    }

    [Theory]
    [InlineData(8, "*strings*")]
    [InlineData(14, "*complex*")]
    [InlineData(17, "*8-bit float*")]
    public void Elements_that_tensors_do_not_have_are_named(int type, string message)
    {
        var import = () => Import(new TensorProto { Name = "t", DataType = type });

        import.Should().Throw<UnsupportedModelException>().WithMessage("*initializer 't'*").WithMessage(message);
    }

    [Theory]
    [InlineData("too few bytes", "*holds 8 bytes, but Float32[3] takes 12*")]
    [InlineData("too many elements", "*holds 4 or more elements, but Float32[3] takes 3*")]
    [InlineData("too few elements", "*holds 2 elements, but Float32[3] takes 3*")]
    [InlineData("negative extent", "*extent -3*")]
    [InlineData("too large", "*[65536,65536,65536]*")]
    [InlineData("no type", "*no element type*")]
    [InlineData("unknown type", "*element type 99 does not exist*")]
    [InlineData("promises much", "*holds 2 elements, but Float32[2000000000] takes 2000000000*")]
    public void A_tensor_that_contradicts_itself_is_refused(string fault, string message)
    {
        var tensor = new TensorProto { Name = "t", DataType = (int)ElementType.Float32, Dims = { 3 }, FloatData = { 1, 2 } };
        switch (fault)
        {
            case "too few bytes": tensor.RawData = ByteString.CopyFrom(new byte[8]); break;
            case "too many elements": tensor.FloatData.Add([3, 4]); break;
            case "negative extent": tensor.Dims[0] = -3; break;
            case "too large": tensor.Dims.Clear(); tensor.Dims.Add([65536, 65536, 65536]); break;
            case "no type": tensor.DataType = 0; break;
            case "unknown type": tensor.DataType = 99; break;
            case "promises much": tensor.Dims[0] = 2_000_000_000; break;
        }

        var import = () => Import(tensor);

        import.Should().Throw<ModelFormatException>().WithMessage("test.onnx, initializer 't'*").WithMessage(message);
    }

    private static Tensor Import(TensorProto tensor)
    {
        var model = new TestModel(17).Input("x", 1).Node("Relu", ["x"], ["y"]).Output("y");
        model.Graph.Initializer.Add(tensor);
        return model.Import().Initializers.Single().Data;
    }

    // Bits that differ from element to element; booleans are 0 or 1.
    private static Tensor Sample(ElementType type, int count)
    {
        var tensor = new Tensor(type, [count]);
        var bytes = tensor.AsBytes();
        for (int i = 0; i < bytes.Length; i++) bytes[i] = type == ElementType.Bool ? (byte)(i % 3 == 0 ? 1 : 0) : (byte)((i * 37) + 11);
        return tensor;
    }

    private static TensorProto Typed(Tensor tensor)
    {
        var message = new TensorProto { Name = "t", DataType = (int)tensor.ElementType, Dims = { tensor.Count } };
        switch (tensor.ElementType)
        {
            case ElementType.Float32: message.FloatData.Add(tensor.AsSpan<float>().ToArray()); break;
            case ElementType.Float64: message.DoubleData.Add(tensor.AsSpan<double>().ToArray()); break;
            case ElementType.Int64: message.Int64Data.Add(tensor.AsSpan<long>().ToArray()); break;
            case ElementType.UInt64: message.Uint64Data.Add(tensor.AsSpan<ulong>().ToArray()); break;
            case ElementType.UInt32: message.Uint64Data.Add(tensor.AsSpan<uint>().ToArray().Select(x => (ulong)x)); break;
            case ElementType.Float16: message.Int32Data.Add(tensor.AsSpan<Half>().ToArray().Select(x => (int)BitConverter.HalfToUInt16Bits(x))); break;
            case ElementType.BFloat16: message.Int32Data.Add(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(tensor.AsBytes()).ToArray().Select(x => (int)x)); break;
            case ElementType.Bool: message.Int32Data.Add(tensor.AsBytes().ToArray().Select(x => (int)x)); break;
            default: message.Int32Data.Add(tensor.ToArray<int>()); break;
        }

        return message;
    }
}
