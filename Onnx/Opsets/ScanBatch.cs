using Framework.Errors;

namespace Onnx.Opsets;

/// <summary>Version 9 goes through one sequence; before, through a batch of them, each with a length of its own.</summary>
internal sealed class ScanBatch() : OpsetStep(9, "Scan")
{
    public override void Upgrade(NodeForm node, FormScope scope) =>
        throw new UnsupportedModelException(node.Place, "it goes through a batch of sequences, as before operator set 9.", "Export the model for a later operator set.");
}
