using Framework.Errors;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>What an input of an operator is for.</summary>
public enum InputRole
{
    /// <summary>What flows through the network.</summary>
    Data,

    /// <summary>A weight: an initializer here is trainable.</summary>
    Parameter,

    /// <summary>A statistic: an initializer here is updated by training, without a gradient.</summary>
    State,

    /// <summary>Extents, axes, indices, ratios: part of the model's form.</summary>
    Shape,
}

/// <summary>One formal input.</summary>
/// <param name="Name">ONNX's name of it.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Optional">Whether it may be left out.</param>
/// <param name="Variadic">Whether it stands for one or more inputs; only the last may.</param>
public sealed record FormalInput(string Name, InputRole Role = InputRole.Data, bool Optional = false, bool Variadic = false);

/// <summary>The formal inputs and outputs of an operator, by their ONNX names.</summary>
public sealed class Signature
{
    private readonly string[] _outputs;

    /// <summary>Makes a signature.</summary>
    /// <param name="inputs">The inputs in order.</param>
    /// <param name="outputs">The outputs' names in order; a last one that ends in <c>...</c> stands for one or more.</param>
    /// <param name="requiredOutputs">How many outputs a node must have; the rest may be left out.</param>
    public Signature(IReadOnlyList<FormalInput> inputs, string[] outputs, int requiredOutputs = 1)
    {
        Inputs = inputs;
        _outputs = outputs;
        RequiredOutputs = requiredOutputs;
    }

    /// <summary>The inputs in order.</summary>
    public IReadOnlyList<FormalInput> Inputs { get; }

    /// <summary>How many outputs a node must have.</summary>
    public int RequiredOutputs { get; }

    /// <summary>How many outputs a node may have.</summary>
    public int MaximumOutputs => VariadicOutput ? int.MaxValue : _outputs.Length;

    private bool VariadicOutput => _outputs[^1].EndsWith("...", StringComparison.Ordinal);

    /// <summary>The role of an input; of one that no formal input stands for, data.</summary>
    public InputRole Role(int input) => Inputs.Count == 0 ? InputRole.Data : Inputs[Math.Min(input, Inputs.Count - 1)].Role;

    /// <summary>The name of an output.</summary>
    public string OutputName(int output) =>
        VariadicOutput && output >= _outputs.Length - 1 ? $"{_outputs[^1][..^3]}{output}" : _outputs[output];

    /// <summary>The same with one more input behind the others.</summary>
    public Signature With(FormalInput further) => new([.. Inputs, further], _outputs, RequiredOutputs);

    /// <summary>Checks the number of operands and that none which is required is left out.</summary>
    /// <exception cref="ModelFormatException">They do not fit.</exception>
    internal void Check(string place, IReadOnlyList<Value?> inputs, int outputs)
    {
        bool variadic = Inputs.Count > 0 && Inputs[^1].Variadic;
        if (inputs.Count > Inputs.Count && !variadic)
            throw new ModelFormatException(place, $"has {inputs.Count} inputs, but the operator takes at most {Inputs.Count}.");
        for (int i = 0; i < Inputs.Count; i++)
        {
            if (!Inputs[i].Optional && (i >= inputs.Count || inputs[i] is null))
                throw new ModelFormatException(place, $"the input '{Inputs[i].Name}' (number {i}) is missing.");
        }

        if (outputs < RequiredOutputs || outputs > MaximumOutputs)
            throw new ModelFormatException(place, $"has {outputs} outputs, but the operator makes {RequiredOutputs} to {MaximumOutputs}.");
    }
}
