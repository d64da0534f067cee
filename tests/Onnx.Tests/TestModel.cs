using Framework.Graphs;
using Framework.Tensors;
using Google.Protobuf;
using Onnx.Wire;

namespace Onnx.Tests;

/// <summary>Writes a model's messages directly, also such as the exporter never would.</summary>
internal sealed class TestModel
{
    public TestModel(int opset, long irVersion = 8)
    {
        Message = new ModelProto { IrVersion = irVersion, Graph = new GraphProto { Name = "test" } };
        Message.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
    }

    public ModelProto Message { get; }

    public GraphProto Graph => Message.Graph;

    public TestModel Input(string name, ElementType type, SymbolicShape? shape)
    {
        Graph.Input.Add(TypeCodec.Write(name, new Fact(type, shape)));
        return this;
    }

    public TestModel Input(string name, params Dimension[] shape) => Input(name, ElementType.Float32, new SymbolicShape(shape));

    public TestModel Output(params string[] names)
    {
        foreach (string name in names) Graph.Output.Add(new ValueInfoProto { Name = name });
        return this;
    }

    public TestModel Initializer(string name, Tensor data)
    {
        Graph.Initializer.Add(TensorWriter.Write(data, name));
        return this;
    }

    public TestModel Node(string op, string[] inputs, string[] outputs, Attributes? attributes = null, string? name = null, string domain = "")
    {
        Graph.Node.Add(NodeOf(op, inputs, outputs, attributes, name, domain));
        return this;
    }

    public static NodeProto NodeOf(string op, string[] inputs, string[] outputs, Attributes? attributes = null, string? name = null, string domain = "")
    {
        var node = new NodeProto { OpType = op };
        if (name is not null) node.Name = name;
        if (domain.Length > 0) node.Domain = domain;
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        foreach (var (key, value) in attributes ?? Attributes.None) node.Attribute.Add(AttributeCodec.Write(key, value, _ => throw new InvalidOperationException()));
        return node;
    }

    public byte[] ToBytes() => Message.ToByteArray();

    public Graph Import() => OnnxModel.Parse(ToBytes(), "test.onnx");
}
