using System.Diagnostics;
using Framework.Errors;
using Framework.Tensors;
using Onnx.Wire;

namespace Onnx.Tests;

public class DamagedFileTests
{
    private const int Flips = 10_000;

    /// <summary>Reading such a small model takes well under a millisecond; a thousand times that means that it hangs.</summary>
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(2);

    [Fact]
    public void A_file_cut_off_at_any_byte_is_refused_or_whole()
    {
        byte[] whole = OnnxModel.Serialize(TestGraphs.LeNet());
        string expected = OnnxModel.Parse(whole).ToString();
        int accepted = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            if (Read(whole.AsMemory(0, length)) is not { } graph) continue;
            accepted++;
            graph.ToString().Should().Be(expected, "the first {0} bytes were read as a model", length);
        }

        // Behind the operator set there is nothing, so no part is a model.
        accepted.Should().Be(0);
    }

    [Fact]
    public void The_message_of_a_cut_file_names_the_file_and_the_byte()
    {
        byte[] whole = OnnxModel.Serialize(TestGraphs.LeNet());

        var parse = () => OnnxModel.Parse(whole.AsMemory(0, whole.Length / 2), "lenet.onnx");

        parse.Should().Throw<ModelFormatException>().WithMessage("lenet.onnx, byte *truncated*").Which.Message.Should().NotContain("\n");
    }

    [Fact]
    public void The_byte_is_that_of_the_file_also_behind_elements_that_were_left_in_it()
    {
        // What a value's type holds is gone through only once the messages are parsed; it lies far behind the weights.
        var model = new TestModel(17).Initializer("w", new Tensor(ElementType.Float32, [1000])).Input("x", 1).Node("Relu", ["x"], ["marker"]).Output("marker");
        model.Graph.Output[0] = TypeCodec.Write("marker", new Framework.Graphs.Fact(ElementType.Float32, [1]));
        byte[] bytes = model.ToBytes();
        int place = bytes.AsSpan().LastIndexOf("marker"u8) + "marker".Length + 1;
        bytes[place] = 0x7f;

        var parse = () => OnnxModel.Parse(bytes, "m.onnx");

        string message = parse.Should().Throw<ModelFormatException>().Which.Message;
        long said = long.Parse(message["m.onnx, byte ".Length..message.IndexOf(':', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
        said.Should().BeInRange(place, place + 16);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x50, 0x4b, 3, 4, 20, 0, 0, 0 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f })]
    [InlineData(new byte[] { 0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 })]
    public void What_is_no_model_is_refused(byte[] bytes)
    {
        var parse = () => OnnxModel.Parse(bytes, "garbage.onnx");

        parse.Should().Throw<ModelFormatException>().WithMessage("garbage.onnx*");
    }

    [Fact]
    public void Flipped_bits_end_in_a_model_or_in_a_documented_error_within_time()
    {
        byte[] whole = OnnxModel.Serialize(TestGraphs.LeNet());
        var random = new CounterRandom(11, "flips");
        var clock = Stopwatch.StartNew();
        int refused = 0;
        for (int i = 0; i < Flips; i++)
        {
            byte[] damaged = (byte[])whole.Clone();
            for (int n = random.NextInt(4); n >= 0; n--) damaged[random.NextInt(damaged.Length)] ^= (byte)(1 << random.NextInt(8));
            var start = clock.Elapsed;
            if (Read(damaged) is null) refused++;
            (clock.Elapsed - start).Should().BeLessThan(s_hang, "flip {0} must not hang", i);
        }

        refused.Should().BeInRange(Flips / 10, Flips - 1, "both ends must have been met");
    }

    [Fact]
    public void Messages_nested_without_end_are_refused()
    {
        var graph = new GraphProto();
        for (int depth = 0; depth < 60; depth++)
            graph = new GraphProto { Node = { new NodeProto { OpType = "If", Output = { "y" }, Attribute = { new AttributeProto { Name = "then_branch", G = graph } } } } };
        var model = new TestModel(17).Message;
        model.Graph = graph;

        var parse = () => OnnxModel.Parse(Google.Protobuf.MessageExtensions.ToByteArray(model));

        parse.Should().Throw<ModelFormatException>().WithMessage("*nested*");
    }

    [Fact]
    public void A_file_of_nothing_but_empty_messages_takes_no_memory()
    {
        // A node of no bytes takes two in the file and a hundred in memory.
        byte[] nodes = new byte[32 << 20];
        for (int i = 0; i < nodes.Length; i += 2) nodes[i] = 0x0a;
        byte[] file = [0x08, 8, 0x3a, .. Varint(nodes.Length), .. nodes];
        long before = GC.GetAllocatedBytesForCurrentThread();

        var parse = () => OnnxModel.Parse(file);

        parse.Should().Throw<ModelFormatException>().WithMessage("*small messages*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan((4L * file.Length) + (64 << 20));
    }

    private static Framework.Graphs.Graph? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return OnnxModel.Parse(bytes, "damaged.onnx");
        }
        catch (FrameworkException e) when (e is ModelFormatException or UnsupportedModelException or ShapeException)
        {
            e.Message.Should().StartWith("damaged.onnx").And.NotContain("\n");
            return null;
        }
    }

    private static List<byte> Varint(long value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
