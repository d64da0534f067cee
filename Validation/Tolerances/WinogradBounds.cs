using Framework.Operators;
using Framework.Tensors;

namespace Validation.Tolerances;

/// <summary>How far a convolution by small filters may be from the truth when a Winograd kernel computes it.</summary>
internal static class WinogradBounds
{
    // Three matrices applied from two sides each, in sums of at most eight terms, with a rounded constant and a rounded product.
    private const int TransformSteps = 3 * 2 * (8 + 2);

    /// <summary>The bounds, element by element; null where no Winograd kernel takes the node.</summary>
    public static double[]? Of(NodeAlone step, Tensor result)
    {
        if (SideTaken(step, result) is not { } side) return null;
        var (first, second) = (Planes.Of(step.Operands[0]!), Planes.Of(step.Operands[1]!));
        int[] pads = PadsBegin(step, side);
        var bounds = new double[result.Count];
        foreach (var form in MinimalFilter.All.Where(f => f.Reach == side && (step.LargestTiles || f != MinimalFilter.Largest)))
        {
            double[] magnitudes = step.Node.Operator switch
            {
                Conv => Pass(form, first, second, Planes.Of(result), -pads[0], -pads[1], turned: false),
                ConvWeightGrad => WeightGradient(form, second, first, pads),
                _ => Pass(form, first, second, Planes.Of(result), pads[0] - side + 1, pads[1] - side + 1, turned: true),
            };
            int terms = step.Node.Operator is ConvWeightGrad ? first.Tiles(form) : first.Channels;
            double factor = Rounding.Accumulated(terms + TransformSteps);
            for (int i = 0; i < bounds.Length; i++) bounds[i] = Math.Max(bounds[i], factor * magnitudes[i]);
        }

        return bounds;
    }

    // Rows of a filter for which there are forms; null where no kernel takes the node.
    private static int? SideTaken(NodeAlone step, Tensor result)
    {
        if (step.Node.Operator is not (Conv or ConvInputGrad or ConvWeightGrad or ConvTranspose)) return null;
        var weights = step.Node.Operator is ConvWeightGrad ? result.Shape : step.Operands[1]!.Shape;
        var a = step.Node.Attributes;
        bool fits = weights.Rank == 4 && weights[2] == weights[3] && MinimalFilter.All.Any(f => f.Reach == weights[2]) && a.Int("group", 1) == 1
            && (a.Ints("strides") ?? [1]).All(s => s == 1) && (a.Ints("dilations") ?? [1]).All(d => d == 1);
        return fits ? weights[2] : null;
    }

    private static int[] PadsBegin(NodeAlone step, int side) => step.Node.Attributes.String("auto_pad", "NOTSET") switch
    {
        "SAME_UPPER" or "SAME_LOWER" => [(side - 1) / 2, (side - 1) / 2],
        _ => [.. (step.Node.Attributes.Ints("pads") ?? [0, 0]).Take(2).Select(p => (int)p)],
    };

    private static double[] Pass(MinimalFilter form, Planes source, Planes weights, Planes target, int rowOffset, int columnOffset, bool turned)
    {
        var filters = new double[target.Channels][][];
        Parallel.For(0, target.Channels, t => filters[t] = [.. Enumerable.Range(0, source.Channels).Select(s =>
        {
            double[] filter = turned ? weights.Square(s, t, 0, 0, form.Reach) : weights.Square(t, s, 0, 0, form.Reach);
            if (turned) Array.Reverse(filter);
            return form.OfFilter(filter);
        })]);
        var result = new double[target.Values.Length];
        Parallel.For(0, target.Tiles(form), tile =>
        {
            var (image, row, column) = target.Place(tile, form);
            double[][] patches = source.Patches(form, image, row + rowOffset, column + columnOffset);
            for (int t = 0; t < target.Channels; t++)
            {
                var sums = new double[form.Side * form.Side];
                for (int s = 0; s < patches.Length; s++) AddProducts(sums, filters[t][s], patches[s]);
                target.Put(result, image, t, row, column, form.ToTile(sums), form.Tile);
            }
        });
        return result;
    }

    private static double[] WeightGradient(MinimalFilter form, Planes input, Planes gradient, int[] pads)
    {
        int points = form.Side * form.Side;
        var sums = new double[gradient.Channels * input.Channels][];
        for (int i = 0; i < sums.Length; i++) sums[i] = new double[points];
        for (int tile = 0; tile < gradient.Tiles(form); tile++)
        {
            var (image, row, column) = gradient.Place(tile, form);
            double[][] patches = input.Patches(form, image, row - pads[0], column - pads[1]);
            Parallel.For(0, gradient.Channels, t =>
            {
                double[] there = form.OfTile(gradient.Square(image, t, row, column, form.Tile));
                for (int s = 0; s < patches.Length; s++) AddProducts(sums[(t * patches.Length) + s], there, patches[s]);
            });
        }

        return [.. sums.SelectMany(form.ToFilter)];
    }

    private static void AddProducts(double[] sums, double[] left, double[] right)
    {
        for (int i = 0; i < sums.Length; i++) sums[i] += left[i] * right[i];
    }

    /// <summary>The magnitudes of a tensor of rank 4.</summary>
    private sealed record Planes(int Channels, int Height, int Width, double[] Values)
    {
        public static Planes Of(Tensor tensor) =>
            new(tensor.Shape[1], tensor.Shape[2], tensor.Shape[3], Array.ConvertAll(tensor.ToArray<double>(), Math.Abs));

        public int Tiles(MinimalFilter form) => Values.Length / Math.Max(1, Channels * Height * Width) * Down(form) * Across(form);

        public (int Image, int Row, int Column) Place(int tile, MinimalFilter form) => (
            tile / Across(form) / Down(form), tile / Across(form) % Down(form) * form.Tile, tile % Across(form) * form.Tile);

        public double[][] Patches(MinimalFilter form, int image, int row, int column) =>
            [.. Enumerable.Range(0, Channels).Select(c => form.OfPatch(Square(image, c, row, column, form.Side)))];

        /// <summary>A square, with zeros where it lies outside.</summary>
        public double[] Square(int image, int channel, int row, int column, int side)
        {
            var square = new double[side * side];
            for (int i = 0; i < square.Length; i++)
            {
                int y = row + (i / side), x = column + (i % side);
                if ((uint)y < (uint)Height && (uint)x < (uint)Width) square[i] = Values[At(image, channel, y, x)];
            }

            return square;
        }

        /// <summary>Puts what of a tile lies inside into numbers that lie as these do.</summary>
        public void Put(double[] target, int image, int channel, int row, int column, double[] tile, int side)
        {
            for (int i = 0; i < tile.Length; i++)
            {
                int y = row + (i / side), x = column + (i % side);
                if (y < Height && x < Width) target[At(image, channel, y, x)] = tile[i];
            }
        }

        private int Down(MinimalFilter form) => (Height + form.Tile - 1) / form.Tile;

        private int Across(MinimalFilter form) => (Width + form.Tile - 1) / form.Tile;

        private int At(int image, int channel, int y, int x) => (((((image * Channels) + channel) * Height) + y) * Width) + x;
    }
}
