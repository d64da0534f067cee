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

    /// <summary>Checks that two inputs have one type.</summary>
    public static void CheckTypes(Inference inference, int first, int second)
    {
        var (a, b) = (inference.TypeOf(first), inference.TypeOf(second));
        if (a != b && a != ElementType.Undefined && b != ElementType.Undefined)
            throw inference.Fail($"input {first} is {a}, input {second} is {b}; both must have one type.", "Insert a Cast.");
    }

    /// <summary>An operation on two inputs that are extents of other values; null where one is not, or the operation has no answer.</summary>
    public static IReadOnlyList<Dimension>? Extents(Inference inference, Func<Dimension, Dimension, Dimension?> operation)
    {
        if (inference.Input(0).Extents is not { } a || inference.Input(1).Extents is not { } b) return null;
        var result = new Dimension[Math.Max(a.Count, b.Count)];
        if ((a.Count != 1 && a.Count != result.Length) || (b.Count != 1 && b.Count != result.Length)) return null;
        for (int i = 0; i < result.Length; i++)
        {
            if (operation(a[a.Count == 1 ? 0 : i], b[b.Count == 1 ? 0 : i]) is not { } value) return null;
            result[i] = value;
        }

        return result;
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

/// <summary>
/// Walks the places of a shape in row-major order run by run: neighbouring axes that every tensor crosses evenly are merged, so that what is
/// left inside is one loop with a fixed step for each tensor. Steps may be 0 or negative.
/// </summary>
internal ref struct Runs
{
    private readonly int[] _extents;
    private readonly int[][] _steps;
    private readonly int[] _place;
    private readonly bool _empty;
    private bool _started;

    public Runs(Shape shape, params int[][] strides)
    {
        _empty = shape.ElementCount == 0;
        Offsets = new int[strides.Length];
        var extents = new List<int>();
        var steps = new List<int[]>();
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (shape[axis] == 1) continue;
            int[] own = Array.ConvertAll(strides, s => s[axis]);
            if (extents.Count > 0 && Continues(steps[^1], own, shape[axis]))
            {
                extents[^1] *= shape[axis];
                steps[^1] = own;
                continue;
            }

            extents.Add(shape[axis]);
            steps.Add(own);
        }

        Length = extents.Count == 0 ? 1 : extents[^1];
        Steps = extents.Count == 0 ? new int[strides.Length] : steps[^1];
        _extents = extents.Count == 0 ? [] : [.. extents[..^1]];
        _steps = extents.Count == 0 ? [] : [.. steps[..^1]];
        _place = new int[_extents.Length];
    }

    /// <summary>Elements of a run.</summary>
    public int Length { get; }

    /// <summary>The step inside a run, for each tensor.</summary>
    public int[] Steps { get; }

    /// <summary>Where the present run begins, for each tensor.</summary>
    public int[] Offsets { get; }

    public bool Next()
    {
        if (!_started)
        {
            _started = true;
            return !_empty;
        }

        for (int axis = _extents.Length - 1; axis >= 0; axis--)
        {
            if (++_place[axis] < _extents[axis])
            {
                for (int t = 0; t < Offsets.Length; t++) Offsets[t] += _steps[axis][t];
                return true;
            }

            for (int t = 0; t < Offsets.Length; t++) Offsets[t] -= (_extents[axis] - 1) * _steps[axis][t];
            _place[axis] = 0;
        }

        return false;
    }

    // Whether a step along the outer axis is as far as a whole round of the inner one.
    private static bool Continues(int[] outer, int[] inner, int extent)
    {
        for (int t = 0; t < outer.Length; t++)
        {
            if (outer[t] != extent * inner[t]) return false;
        }

        return true;
    }
}

/// <summary>Copies between strided and dense tensors.</summary>
internal static class Strided
{
    /// <summary>Gathers a strided block, whose first element is at <paramref name="start"/>, into a dense one.</summary>
    public static void Gather<T>(ReadOnlySpan<T> from, int start, int[] strides, Span<T> to, Shape shape)
    {
        var runs = new Runs(shape, strides);
        for (int i = 0; runs.Next(); i += runs.Length)
        {
            int at = start + runs.Offsets[0], step = runs.Steps[0];
            var run = to.Slice(i, runs.Length);
            if (step == 1)
            {
                from.Slice(at, run.Length).CopyTo(run);
                continue;
            }

            if (step == 0)
            {
                run.Fill(from[at]);
                continue;
            }

            for (int j = 0; j < run.Length; j++, at += step) run[j] = from[at];
        }
    }

    /// <summary>Spreads a dense block over a strided one, whose first element is at <paramref name="start"/>.</summary>
    public static void Scatter<T>(ReadOnlySpan<T> from, Shape shape, Span<T> to, int start, int[] strides)
    {
        var runs = new Runs(shape, strides);
        for (int i = 0; runs.Next(); i += runs.Length)
        {
            int at = start + runs.Offsets[0], step = runs.Steps[0];
            var run = from.Slice(i, runs.Length);
            if (step == 1)
            {
                run.CopyTo(to[at..]);
                continue;
            }

            for (int j = 0; j < run.Length; j++, at += step) to[at] = run[j];
        }
    }
}
