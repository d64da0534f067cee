namespace Framework.Kernels.Elementwise;

/// <summary>How the loop gets at an operand.</summary>
internal enum OperandForm
{
    /// <summary>Where it lies.</summary>
    InPlace,

    /// <summary>One element, spread over a tile once an item.</summary>
    Repeated,

    /// <summary>Through a tile that is filled before the steps, or emptied after them.</summary>
    Gathered,
}

/// <summary>An input or an output of a bound program; <paramref name="Buffer"/> is its tile where its form has one.</summary>
internal readonly record struct OperandLayout(OperandForm Form, bool IsBoolean, int Buffer);
