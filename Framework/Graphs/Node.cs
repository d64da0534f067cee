using Framework.Operators;

namespace Framework.Graphs;

/// <summary>One application of an operator. Immutable.</summary>
public sealed class Node
{
    internal Node(Operator op, string name, IReadOnlyList<Value?> inputs, IReadOnlyList<Value?> outputs, Attributes attributes, string? documentation)
    {
        Operator = op;
        Name = name;
        Inputs = inputs;
        Outputs = outputs;
        Attributes = attributes;
        Documentation = documentation;
        foreach (var output in outputs)
        {
            if (output is not null) output.Producer = this;
        }
    }

    /// <summary>What it computes.</summary>
    public Operator Operator { get; }

    /// <summary>The name: the path of the module that made it, or what a file says; may be empty in a file.</summary>
    public string Name { get; }

    /// <summary>What it reads; null where an optional input is left out.</summary>
    public IReadOnlyList<Value?> Inputs { get; }

    /// <summary>What it makes; null where an optional output is left out.</summary>
    public IReadOnlyList<Value?> Outputs { get; }

    /// <summary>Its attributes.</summary>
    public Attributes Attributes { get; }

    /// <summary>The documentation string that a file gives it.</summary>
    public string? Documentation { get; }

    /// <summary>How messages name it: <c>layer3.0.conv2 (Conv)</c>.</summary>
    public string Place => PlaceOf(Operator, Name, Outputs);

    internal static string PlaceOf(Operator op, string name, IReadOnlyList<Value?> outputs) =>
        name.Length > 0 ? $"{name} ({op.Name})" : $"node that makes '{(outputs.Count > 0 ? outputs[0]?.Name : null)}' ({op.Name})";

    /// <summary>The node in the text form of a graph.</summary>
    public override string ToString() => GraphText.Write(this);
}
