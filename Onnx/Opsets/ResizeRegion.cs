using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>From version 13 on the region and the scales may be left out; before, an empty tensor stood for what is not given.</summary>
internal sealed class ResizeRegion() : OpsetStep(13, "Resize")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        for (int i = 1; i <= 2; i++)
        {
            if (!node.HasInput(i)) node.SetInput(i, scope.AddConstant(node, i == 1 ? "roi" : "scales", Tensor.From<float>([], [0])));
        }
    }
}
