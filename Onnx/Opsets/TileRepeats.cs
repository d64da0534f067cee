namespace Onnx.Opsets;

/// <summary>Version 6 takes a count for each axis; before one count and one axis.</summary>
internal sealed class TileRepeats() : OpsetStep(6, "Tile")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        long[] repeats = [.. Enumerable.Repeat(1L, RankOf(node, 0, scope))];
        long axis = ConstantInput(node, 2, scope).ToArray<long>()[0];
        repeats[axis < 0 ? axis + repeats.Length : axis] = ConstantInput(node, 1, scope).ToArray<long>()[0];
        node.CutInputs(1);
        node.SetInput(1, scope.AddIntegers(node, "repeats", repeats));
    }
}
