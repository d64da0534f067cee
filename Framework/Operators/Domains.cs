namespace Framework.Operators;

/// <summary>The domains that operators belong to.</summary>
public static class Domains
{
    /// <summary>ONNX's own operators, <c>ai.onnx</c>, written as the empty string in files.</summary>
    public const string Onnx = "";

    /// <summary>Gradients and training forms; a training graph holds them, and each has a decomposition into ONNX's.</summary>
    public const string Gradient = "grad";

    /// <summary>Packed, fused and laid out forms; only inside a plan.</summary>
    public const string Execution = "exec";
}
