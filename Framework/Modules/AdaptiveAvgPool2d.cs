using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Modules;

/// <summary>
/// Means over windows so chosen that an image of any size gives maps of one size, as in PyTorch: of n places, output i of m covers those
/// from floor(i n / m) to ceil((i + 1) n / m), exclusive.
/// </summary>
/// <remarks>
/// ONNX has no such operator. Where the extents divide it is an AveragePool, where they are equal nothing. Otherwise windows differ in
/// width, overlap or repeat: then rows and columns are summed by matrices of zeros and ones and divided by the number of places.
/// </remarks>
/// <param name="output">Height and width of the maps that it makes.</param>
public sealed class AdaptiveAvgPool2d(Extent2d output) : Module
{
    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        if (output == 1) return x.GlobalAveragePool(Path);
        if (x.Shape is not { Rank: 4 } shape || !shape[2].IsKnown || !shape[3].IsKnown)
        {
            throw new ShapeException(
                $"{Path} (AdaptiveAvgPool2d)",
                $"the input {x.Shape} must have known height and width to be pooled to {output.Height} x {output.Width}.");
        }

        var (height, width) = (shape[2].ToInt(Path), shape[3].ToInt(Path));
        if (output == (height, width)) return x;
        return height % output.Height == 0 && width % output.Width == 0
            ? x.AveragePool(PoolAttributes.Of([height / output.Height, width / output.Width]), Path)
            : Uneven(x, height, width);
    }

    private Value Uneven(Value x, int height, int width)
    {
        float[] rows = Members(height, output.Height), columns = Members(width, output.Width), counts = new float[output.Height * output.Width];
        for (int i = 0; i < counts.Length; i++)
            counts[i] = rows.AsSpan(i / output.Width * height, height).Count(1f) * columns.AsSpan(i % output.Width * width, width).Count(1f);
        var rowSums = x.MatMul(x.Owner.Fixed(Tensor.From(columns, [output.Width, width])).SwapLastAxes());
        var sums = x.Owner.Fixed(Tensor.From(rows, [output.Height, height])).MatMul(rowSums);
        return x.Owner.Apply(Div.Instance, [sums, x.Owner.Fixed(Tensor.From(counts, [output.Height, output.Width]))], name: Path);
    }

    // [windows, places]: 1 where the place lies in the window.
    private static float[] Members(int places, int windows)
    {
        var members = new float[windows * places];
        for (int i = 0; i < windows; i++)
        {
            int start = i * places / windows, end = (((i + 1) * places) + windows - 1) / windows;
            members.AsSpan((i * places) + start, end - start).Fill(1);
        }

        return members;
    }
}
