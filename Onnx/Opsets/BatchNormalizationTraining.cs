using Framework.Errors;

namespace Onnx.Opsets;

/// <summary>
/// Version 14 says by an attribute whether the node trains, and then gives the running statistics. Before, it trained where it gave them, and gave the
/// batch's own beside.
/// </summary>
internal sealed class BatchNormalizationTraining() : OpsetStep(14, "BatchNormalization")
{
    private const int RunningMean = 1;
    private const int SavedMean = 3;

    public override void Upgrade(NodeForm node, FormScope scope)
    {
        for (int i = SavedMean; i < node.Outputs.Count; i++)
        {
            if (node.HasOutput(i)) throw new UnsupportedModelException(node.Place, $"it gives the batch's own statistics ('{node.Outputs[i]}').", "Leave that output out.");
        }

        if (node.Outputs.Count > SavedMean) node.Outputs.RemoveRange(SavedMean, node.Outputs.Count - SavedMean);
        if (node.HasOutput(RunningMean) || node.HasOutput(RunningMean + 1)) node.Attributes = node.Attributes.With("training_mode", 1);
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (node.Attributes.Int("training_mode", 0) != 0) throw NotBefore(node, "it trains");
        node.Attributes = node.Attributes.Without("training_mode");
    }
}
