namespace Onnx.Opsets;

/// <summary>Version 10 takes starts, ends and axes as inputs, before as attributes; steps came with it.</summary>
internal sealed class SliceInputs() : OpsetStep(10, "Slice")
{
    private const int Steps = 4;
    private static readonly string[] s_names = ["starts", "ends", "axes"];

    public override void Upgrade(NodeForm node, FormScope scope)
    {
        for (int i = 0; i < s_names.Length; i++)
        {
            if (node.Attributes.Ints(s_names[i]) is { } values) node.SetInput(i + 1, scope.AddIntegers(node, s_names[i], values));
        }

        node.Attributes = node.Attributes.Without(s_names);
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (node.HasInput(Steps) && ConstantInput(node, Steps, scope).ToArray<long>().Any(s => s != 1)) throw NotBefore(node, "it takes steps");
        for (int i = 0; i < s_names.Length; i++)
        {
            if (node.HasInput(i + 1)) node.Attributes = node.Attributes.With(s_names[i], ConstantInput(node, i + 1, scope).ToArray<long>());
        }

        node.CutInputs(1);
    }
}
