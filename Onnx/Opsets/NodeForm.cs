using Framework.Graphs;
using Onnx.Wire;

namespace Onnx.Opsets;

/// <summary>A node in the form of some operator set: what stands in a file, or what an adapter is about to change.</summary>
internal sealed class NodeForm
{
    public required string Operator { get; set; }

    public string Domain { get; init; } = "";

    /// <summary>The version of <c>ai.onnx</c> that a file has it in.</summary>
    public long Opset { get; init; }

    public string Name { get; init; } = "";

    /// <summary>What it reads, by name; an empty name leaves an optional input out.</summary>
    public required List<string> Inputs { get; init; }

    /// <summary>What it makes, by name; likewise.</summary>
    public required List<string> Outputs { get; init; }

    public Attributes Attributes { get; set; } = Attributes.None;

    /// <summary>The graphs that attributes hold in a file; they are read once the values around them are known.</summary>
    public List<(string Attribute, GraphProto Body)> Bodies { get; } = [];

    /// <summary>What its bodies read of the graph around it, by name.</summary>
    public IReadOnlyList<string> Captured { get; set; } = [];

    public string? Documentation { get; init; }

    /// <summary>How messages name it.</summary>
    public string Place => Name.Length > 0 ? $"{Name} ({Operator})" : $"node that makes '{Outputs.Find(o => o.Length > 0)}' ({Operator})";

    /// <summary>An input's name; empty where it is left out.</summary>
    public string Input(int index) => index < Inputs.Count ? Inputs[index] : "";

    public bool HasInput(int index) => Input(index).Length > 0;

    /// <summary>Whether an output is asked for.</summary>
    public bool HasOutput(int index) => index < Outputs.Count && Outputs[index].Length > 0;

    /// <summary>Sets an input, leaving out those between.</summary>
    public void SetInput(int index, string value)
    {
        while (Inputs.Count <= index) Inputs.Add("");
        Inputs[index] = value;
        while (Inputs.Count > 0 && Inputs[^1].Length == 0) Inputs.RemoveAt(Inputs.Count - 1);
    }

    /// <summary>Leaves out all inputs from <paramref name="index"/> on.</summary>
    public void CutInputs(int index)
    {
        if (Inputs.Count > index) Inputs.RemoveRange(index, Inputs.Count - index);
    }
}
