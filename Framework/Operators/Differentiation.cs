using Framework.Graphs;

namespace Framework.Operators;

/// <summary>One node on the way back: gradients of its outputs in, gradients of its inputs out, as graph.</summary>
public sealed class Differentiation
{
    private readonly Func<Value, Value?> _gradientOf;
    private readonly Func<Value, bool> _needed;
    private readonly Value?[] _gradients;

    internal Differentiation(GraphBuilder builder, Node node, Func<Value, Value?> gradientOf, Func<Value, bool> needed)
    {
        Builder = builder;
        Node = node;
        _gradientOf = gradientOf;
        _needed = needed;
        _gradients = new Value?[node.Inputs.Count];
    }

    /// <summary>Where the rule emits its nodes.</summary>
    public GraphBuilder Builder { get; }

    /// <summary>The node.</summary>
    public Node Node { get; }

    /// <summary>The node's attributes.</summary>
    public Attributes Attributes => Node.Attributes;

    /// <summary>How many inputs the node has.</summary>
    public int InputCount => Node.Inputs.Count;

    /// <summary>An input that must be there.</summary>
    public Value Input(int input) => Node.Inputs[input] ?? throw new InvalidOperationException($"{Node.Place}: input {input} is left out.");

    /// <summary>An output that must be there.</summary>
    public Value Output(int output) => Node.Outputs[output] ?? throw new InvalidOperationException($"{Node.Place}: output {output} is left out.");

    /// <summary>Whether somebody wants the gradient of an input.</summary>
    public bool Needs(int input) => input < Node.Inputs.Count && Node.Inputs[input] is { } value && _needed(value);

    /// <summary>The gradient of the loss with respect to an output; null where the loss does not depend on it.</summary>
    public Value? OutputGradient(int output) => output < Node.Outputs.Count && Node.Outputs[output] is { } value ? _gradientOf(value) : null;

    /// <summary>The gradient of the loss with respect to an output; zeros where the loss does not depend on it.</summary>
    public Value GradientOrZeros(int output) => OutputGradient(output) ?? Output(output).Number(0).Expand(Output(output).ShapeOf());

    /// <summary>The gradient of the loss with respect to the first output, where the engine has made sure that there is one.</summary>
    public Value Gradient => OutputGradient(0) ?? throw new InvalidOperationException($"{Node.Place}: no gradient reaches its first output.");

    /// <summary>States the gradient of an input.</summary>
    public void Set(int input, Value gradient) => _gradients[input] = gradient;

    internal IReadOnlyList<Value?> Gradients => _gradients;
}
