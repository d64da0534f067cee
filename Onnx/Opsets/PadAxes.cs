namespace Onnx.Opsets;

/// <summary>Version 18 may name the axes that it pads; before, all of them were padded in order.</summary>
internal sealed class PadAxes() : OpsetStep(18, "Pad")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        const int pads = 1, axesInput = 3;
        if (!node.HasInput(axesInput)) return;
        int rank = RankOf(node, 0, scope);
        long[] axes = ConstantInput(node, axesInput, scope).ToArray<long>(), some = ConstantInput(node, pads, scope).ToArray<long>(), all = new long[2 * rank];
        for (int i = 0; i < axes.Length; i++)
        {
            long axis = axes[i] < 0 ? axes[i] + rank : axes[i];
            all[axis] = some[i];
            all[axis + rank] = some[i + axes.Length];
        }

        node.SetInput(pads, scope.AddIntegers(node, "pads", all));
        node.SetInput(axesInput, "");
    }
}
