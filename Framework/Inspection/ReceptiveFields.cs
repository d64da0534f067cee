using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Inspection;

/// <summary>
/// Follows the spatial axes of a network's input through a graph of known shapes. Along branches that meet, a place sees what the widest of them
/// sees; padding counts, so a field may reach past the image.
/// </summary>
/// <remarks>
/// Sizes and jumps are followed, where a field lies is not: crops and pads change the number of places alone, and what puts places together that look
/// at different ones (a concatenation of shifted slices) sees no more than each. After enlarging, jumps are fractions of a place, and sizes as well.
/// </remarks>
internal sealed class ReceptiveFields
{
    private readonly Dictionary<Value, SpatialAxis[]> _axes = [];

    /// <summary>Begins at an input: images, volumes and signals [N, C, spatial...], or words [N, T].</summary>
    public ReceptiveFields(IEnumerable<Value> inputs)
    {
        foreach (var input in inputs)
        {
            int first = input.ElementType.IsInteger() ? 1 : 2;
            if (input.Shape is { } shape && shape.Rank > first)
                _axes[input] = [.. Enumerable.Range(first, shape.Rank - first).Select(a => new SpatialAxis(a, shape[a].Value, 1, 1))];
        }
    }

    /// <summary>What a value knows of the input's axes; null where it depends on no input that has any.</summary>
    public IReadOnlyList<SpatialAxis>? Find(Value? value) => value is null ? null : _axes.GetValueOrDefault(value);

    /// <summary>Takes the next node.</summary>
    public void Add(Node node)
    {
        var known = node.Inputs.Select(Find).OfType<SpatialAxis[]>().ToList();
        if (known.Count == 0) return;
        var axes = known[0];
        foreach (var other in known.Skip(1)) axes = [.. axes.Select((a, i) => i < other.Length ? a.Union(other[i]) : a)];
        foreach (var output in node.Outputs)
        {
            if (output?.Shape is { IsKnown: true } shape) _axes[output] = Through(node, axes, shape);
        }
    }

    private static SpatialAxis[] Through(Node node, SpatialAxis[] axes, SymbolicShape output) => node.Operator.Name switch
    {
        "Conv" => Windowed(node.Attributes, [.. node.Inputs[1]!.Shape![2..].Select(d => d.Value)], axes, output),
        "ConvTranspose" => Transposed(node.Attributes, [.. node.Inputs[1]!.Shape![2..].Select(d => d.Value)], axes, output),
        "MaxPool" or "AveragePool" or "LpPool" => Windowed(node.Attributes, node.Attributes.Ints("kernel_shape")!, axes, output),
        "GlobalAveragePool" or "GlobalMaxPool" or "GlobalLpPool" => [.. axes.Select(a => a.Whole())],
        "InstanceNormalization" or "GroupNormalization" => [.. axes.Select(a => a.Everywhere())],
        "LayerNormalization" => Normalized(node, axes, axis => a => a.Position >= axis),
        "Softmax" or "LogSoftmax" or "Hardmax" or "LpNormalization" => Normalized(node, axes, axis => a => a.Position == axis),
        "SpaceToDepth" => Blocked(axes, output, (a, extent) => a.Window(a.Extent / extent, a.Extent / extent, 1, extent)),
        "DepthToSpace" => Blocked(axes, output, (a, extent) => a with { Jump = a.Jump * a.Extent / extent, Extent = extent }),
        "Resize" => Blocked(axes, output, (a, extent) => Interpolated(node.Attributes, a, extent)),
        "Slice" => Sliced(node, axes, output),
        "Gemm" => [.. axes.Select(a => a.Whole() with { Position = 0 })],
        "MatMul" => Contracted(node, axes),
        _ when node.Operator is ReductionOperator => Reduced(node, axes, output),
        "Transpose" => Permuted(node, axes, output),
        "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" => Regrouped(axes, node.Inputs[0]!.Shape!, output),
        _ => [.. axes.Select(a => IsOwn(node, a, output) ? a with { Extent = output[a.Position].Value } : a)],
    };

    private static SpatialAxis[] Windowed(Attributes attributes, long[] kernel, SpatialAxis[] axes, SymbolicShape output)
    {
        long[]? strides = attributes.Ints("strides"), dilations = attributes.Ints("dilations");
        return [.. axes.Select((a, i) => i < kernel.Length ? a.Window(kernel[i], strides?[i] ?? 1, dilations?[i] ?? 1, output[i + 2].Value) : a)];
    }

    // A place of the output gathers from every stride-th tap only.
    private static SpatialAxis[] Transposed(Attributes attributes, long[] kernel, SpatialAxis[] axes, SymbolicShape output)
    {
        long[]? strides = attributes.Ints("strides");
        return [.. axes.Select((a, i) =>
        {
            long stride = strides?[i] ?? 1;
            return a.Window((kernel[i] + stride - 1) / stride, 1, 1, output[i + 2].Value) with { Jump = a.Jump / stride };
        })];
    }

    // The last axis of the left operand, or the last but one of the right, is summed over.
    private static SpatialAxis[] Contracted(Node node, SpatialAxis[] axes) =>
        [.. axes.Select(a => IsSummed(node.Inputs[0]!, a, 1) || IsSummed(node.Inputs[1]!, a, 2) ? a.Whole() : a)];

    private static bool IsSummed(Value operand, SpatialAxis axis, int fromEnd) =>
        axis.Extent > 1 && operand.Shape!.Rank - fromEnd == axis.Position && operand.Shape[^fromEnd].Value % axis.Extent == 0;

    private static SpatialAxis[] Reduced(Node node, SpatialAxis[] axes, SymbolicShape output)
    {
        var input = node.Inputs[0]!.Shape!;
        if (output.Rank == input.Rank) return [.. axes.Select(a => output[a.Position] == 1 ? a.Whole() : a)];
        long[] reduced = node.Inputs.Count > 1 && node.Inputs[1]?.Fact.Constant is { } given
            ? given.ToArray<long>()
            : node.Attributes.Ints("axes") ?? [];
        var gone = reduced.Select(a => (int)(a < 0 ? a + input.Rank : a)).ToHashSet();
        return [.. axes.Select(a => gone.Count == 0 || gone.Contains(a.Position)
            ? a.Whole() with { Position = 0 }
            : a with { Position = a.Position - gone.Count(g => g < a.Position) })];
    }

    private static SpatialAxis[] Permuted(Node node, SpatialAxis[] axes, SymbolicShape output)
    {
        long[] order = node.Attributes.Ints("perm") ?? [.. Enumerable.Range(0, output.Rank).Reverse().Select(a => (long)a)];
        return [.. axes.Select(a => a with { Position = Array.IndexOf(order, a.Position) })];
    }

    // Runs of axes with as many elements on both sides are the same places under another grouping.
    private static SpatialAxis[] Regrouped(SpatialAxis[] axes, SymbolicShape input, SymbolicShape output)
    {
        var result = (SpatialAxis[])axes.Clone();
        for (int i = 0, j = 0; i < input.Rank;)
        {
            int firstInput = i, firstOutput = j;
            long inputs = input[i++].Value, outputs = j < output.Rank ? output[j++].Value : 1;
            while (inputs != outputs && (i < input.Rank || j < output.Rank))
            {
                if ((inputs < outputs && i < input.Rank) || j == output.Rank) inputs *= input[i++].Value;
                else outputs *= output[j++].Value;
            }

            int[] inside = [.. Enumerable.Range(0, axes.Length).Where(k => axes[k].Position >= firstInput && axes[k].Position < i)];
            bool apart = inside.Length <= j - firstOutput;
            for (int k = 0; k < inside.Length; k++)
                result[inside[k]] = axes[inside[k]] with { Position = apart ? j - inside.Length + k : Math.Max(0, j - 1) };
        }

        return result;
    }

    // Whether the value's axis is this axis of the input alone, neither flattened together with others nor gone.
    private static bool IsOwn(Node node, SpatialAxis axis, SymbolicShape output) => axis.Position < output.Rank
        && node.Inputs.Any(i => i?.Shape is { } shape && axis.Position < shape.Rank && shape[axis.Position] == axis.Extent);

    private static SpatialAxis[] Normalized(Node node, SpatialAxis[] axes, Func<long, Func<SpatialAxis, bool>> over)
    {
        long axis = node.Attributes.Int("axis", -1);
        var sees = over(axis < 0 ? axis + node.Inputs[0]!.Shape!.Rank : axis);
        return [.. axes.Select(a => sees(a) ? a.Everywhere() : a)];
    }

    private static SpatialAxis[] Blocked(SpatialAxis[] axes, SymbolicShape output, Func<SpatialAxis, long, SpatialAxis> change) =>
        [.. axes.Select(a => output[a.Position].Value is > 0 and long extent && extent != a.Extent ? change(a, extent) : a)];

    // Linear and cubic interpolation read two and four places; with antialiasing as many more as the image shrinks.
    private static SpatialAxis Interpolated(Attributes attributes, SpatialAxis axis, long extent)
    {
        double step = (double)axis.Extent / extent;
        int taps = attributes.String("mode", "nearest") switch { "linear" => 2, "cubic" => 4, _ => 1 };
        double reach = attributes.Int("antialias", 0) != 0 ? Math.Ceiling(taps * Math.Max(1, step)) : taps;
        return axis with { Size = axis.Size + ((reach - 1) * axis.Jump), Jump = axis.Jump * step, Extent = extent };
    }

    private static SpatialAxis[] Sliced(Node node, SpatialAxis[] axes, SymbolicShape output)
    {
        long[] steps = Given(node, 4), sliced = Given(node, 3);
        return [.. axes.Select(a => a with { Jump = a.Jump * Step(a.Position), Extent = a.Position < output.Rank ? output[a.Position].Value : a.Extent })];

        long Step(int position)
        {
            for (int i = 0; i < steps.Length; i++)
            {
                long axis = sliced.Length > 0 ? sliced[i] : i;
                if ((axis < 0 ? axis + output.Rank : axis) == position) return Math.Abs(steps[i]);
            }

            return 1;
        }
    }

    private static long[] Given(Node node, int input) =>
        node.Inputs.Count > input && node.Inputs[input]?.Fact.Constant is { } constant ? constant.ToArray<long>() : [];
}
