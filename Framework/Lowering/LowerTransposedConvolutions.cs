using Framework.Graphs;
using Framework.Operators;

namespace Framework.Lowering;

/// <summary>
/// Writes a transposed convolution as what it is, the input gradient of the convolution back, with the bias added behind it: the kernels of that
/// gradient serve it.
/// </summary>
internal sealed class LowerTransposedConvolutions() : GraphPatch("LowerTransposedConvolutions")
{
    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (node.Operator != ConvTranspose.Instance) return null;
        var (x, w, y) = (node.Inputs[0]!.Shape!.ToShape(), node.Inputs[1]!.Shape!.ToShape(), node.Outputs[0]!.Shape!.ToShape());
        var attributes = Window.Transposed(node.Attributes, x.Extents[2..], w.Extents[2..], y.Extents[2..]).Explicit(node.Attributes.Int("group", 1));
        var shape = Builder.Integers([.. y.Select(extent => (long)extent)]);
        var result = Builder.Apply(ConvInputGrad.Instance, [Map.Get(node.Inputs[0]!), Map.Get(node.Inputs[1]!), shape], attributes, node.Name);
        if (node.Inputs.ElementAtOrDefault(2) is not { } bias) return [result];
        var along = Builder.Integers([1, y[1], .. Enumerable.Repeat(1L, y.Rank - 2)]);
        return [result + Builder.Apply(Reshape.Instance, [Map.Get(bias), along])];
    }
}
