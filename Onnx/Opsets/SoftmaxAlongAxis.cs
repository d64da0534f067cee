using Framework.Graphs;

namespace Onnx.Opsets;

/// <summary>
/// Version 13 works along one axis, by default the last. Before, all axes from <c>axis</c> on (by default 1) were taken as one. Where at most one of
/// those has more than one entry both are the same.
/// </summary>
internal sealed class SoftmaxAlongAxis() : OpsetStep(13, "Softmax", "LogSoftmax", "Hardmax")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        long axis = node.Attributes.Int("axis", 1);
        var shape = scope.FactOf(node.Input(0))?.Shape;
        if (axis < 0 && shape is not null) axis += shape.Rank;
        if (axis == -1 || (shape is not null && axis == shape.Rank - 1))
        {
            node.Attributes = node.Attributes.With("axis", axis);
            return;
        }

        if (shape is not null && axis >= 0 && axis < shape.Rank)
        {
            int[] wide = [.. Enumerable.Range((int)axis, shape.Rank - (int)axis).Where(a => shape[a] != 1)];
            if (wide.Length <= 1)
            {
                node.Attributes = node.Attributes.With("axis", wide.Length == 0 ? axis : wide[0]);
                return;
            }
        }

        string extents = scope.Before(node, "Shape", node.Inputs);
        node.Inputs[0] = scope.Before(node, "Flatten", node.Inputs, new Attributes { ["axis"] = axis });
        node.Attributes = node.Attributes.With("axis", 1);
        string output = node.Outputs[0];
        scope.After(node, "Reshape", [scope.Divert(node, 0), extents], output);
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        long axis = node.Attributes.Int("axis", -1);
        int rank = RankOf(node, 0, scope);
        var shape = scope.FactOf(node.Input(0))!.Shape!;
        if (axis < 0) axis += rank;
        if (Enumerable.Range((int)axis + 1, rank - (int)axis - 1).All(a => shape[a] == 1))
        {
            node.Attributes = node.Attributes.With("axis", axis);
            return;
        }

        // Its own inverse: the axis changes places with the last.
        long[] swap = [.. Enumerable.Range(0, rank).Select(a => a == axis ? rank - 1L : a == rank - 1 ? axis : a)];
        node.Inputs[0] = scope.Before(node, "Transpose", node.Inputs, new Attributes { ["perm"] = swap });
        node.Attributes = node.Attributes.With("axis", rank - 1L);
        string output = node.Outputs[0];
        scope.After(node, "Transpose", [scope.Divert(node, 0)], output, new Attributes { ["perm"] = swap });
    }
}
