using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>The broadcasting rule of ONNX and NumPy: shapes aligned at their ends, extents equal or 1.</summary>
internal static class Broadcast
{
    /// <summary>The common shape of several.</summary>
    public static SymbolicShape Common(Inference inference, params ReadOnlySpan<int> inputs)
    {
        var result = inference.ShapeOf(inputs[0]);
        foreach (int input in inputs[1..]) result = Common(inference, result, inference.ShapeOf(input));
        return result;
    }

    /// <summary>The common shape of two.</summary>
    public static SymbolicShape Common(Inference inference, SymbolicShape a, SymbolicShape b)
    {
        var result = new Dimension[Math.Max(a.Rank, b.Rank)];
        for (int i = 1; i <= result.Length; i++)
        {
            Dimension left = i <= a.Rank ? a[^i] : 1, right = i <= b.Rank ? b[^i] : 1;
            result[^i] = left == right || right == 1 ? left
                : left == 1 ? right
                : left.IsKnown && right.IsKnown
                    ? throw inference.Fail($"the shapes {a} and {b} do not broadcast: {left} meets {right}.", "Extents must be equal or 1.")
                : left.IsKnown ? left : right;
        }

        return new SymbolicShape(result);
    }

    /// <summary>
    /// Elements between neighbours along the axes of <paramref name="target"/> in a row-major tensor of shape <paramref name="source"/>; 0 where
    /// it is repeated.
    /// </summary>
    public static int[] Strides(Shape source, Shape target)
    {
        var own = source.Strides();
        var strides = new int[target.Rank];
        for (int i = 1; i <= source.Rank; i++) strides[^i] = source[^i] == 1 ? 0 : own[^i];
        return strides;
    }

    /// <summary>The axes of <paramref name="full"/> along which <paramref name="part"/> is repeated; null where symbols leave it open.</summary>
    public static int[]? RepeatedAxes(SymbolicShape part, SymbolicShape full)
    {
        var axes = new List<int>();
        for (int axis = 0; axis < full.Rank; axis++)
        {
            int own = axis - (full.Rank - part.Rank);
            if (own < 0) axes.Add(axis);
            else if (part[own] == full[axis]) continue;
            else if (part[own] == 1) axes.Add(axis);
            else return null;
        }

        return [.. axes];
    }
}

/// <summary>Walks the places of a shape in row-major order and keeps offsets into several strided tensors up to date.</summary>
internal ref struct Walk
{
    private readonly Shape _shape;
    private readonly int[][] _strides;
    private readonly int[] _place;
    private bool _started;

    public Walk(Shape shape, params int[][] strides)
    {
        _shape = shape;
        _strides = strides;
        _place = new int[shape.Rank];
        Offsets = new int[strides.Length];
    }

    /// <summary>The offset into each tensor at the present place.</summary>
    public int[] Offsets { get; }

    public bool Next()
    {
        if (!_started)
        {
            _started = true;
            return _shape.ElementCount > 0;
        }

        for (int axis = _shape.Rank - 1; axis >= 0; axis--)
        {
            if (++_place[axis] < _shape[axis])
            {
                for (int t = 0; t < Offsets.Length; t++) Offsets[t] += _strides[t][axis];
                return true;
            }

            for (int t = 0; t < Offsets.Length; t++) Offsets[t] -= (_shape[axis] - 1) * _strides[t][axis];
            _place[axis] = 0;
        }

        return false;
    }
}
