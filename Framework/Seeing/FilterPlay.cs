using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Seeing;

/// <summary>Numbers in rows and columns, to be shown.</summary>
/// <param name="Caption">What they are.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Columns">How many columns.</param>
/// <param name="Values">Row by row.</param>
public sealed record Grid(string Caption, int Rows, int Columns, IReadOnlyList<float> Values);

/// <summary>A step of a play with filters.</summary>
/// <param name="Title">What happens.</param>
/// <param name="Explanation">Why.</param>
/// <param name="Grids">What there is to see.</param>
public sealed record PlayStep(string Title, string Explanation, IReadOnlyList<Grid> Grids);

/// <summary>What a filter does, step by step, on numbers small enough to follow: the first lessons of a course. All is computed by the framework's own operators.</summary>
public static class FilterPlay
{
    /// <summary>The names of the plays.</summary>
    public static IReadOnlyList<string> Names { get; } = ["donut", "curve", "xo"];

    /// <summary>A 5x5 filter that answers to rings.</summary>
    public static Tensor DonutFilter { get; } = Square(
        5, 0, -.2f, -.1f, -.2f, 0, -.2f, .7f, 1, .7f, -.2f, -.1f, 1, -2.5f, 1, -.1f, -.2f, .7f, 1, .7f, -.2f, 0, -.2f, -.1f, -.2f, 0);

    /// <summary>An 8x8 picture with no plan in it.</summary>
    public static Tensor DonutImage { get; } = Square(
        8,
        .73f, .86f, .74f, .85f, .99f, .58f, .96f, .25f, .29f, .92f, .25f, .38f, .67f, .16f, .63f, .73f,
        .90f, .99f, .95f, .06f, .56f, .85f, .23f, .84f, 0, .45f, .55f, .28f, .33f, .59f, .69f, .01f,
        .50f, .23f, .03f, .41f, .48f, .23f, .62f, .69f, .85f, .52f, .11f, .95f, .80f, .24f, .03f, .54f,
        .99f, .07f, .69f, .35f, .05f, .15f, .61f, .80f, .03f, .84f, .79f, .52f, .17f, .66f, .73f, .01f);

    /// <summary>A play.</summary>
    /// <exception cref="UsageException">There is none of this name.</exception>
    public static IReadOnlyList<PlayStep> Of(string name) => name switch
    {
        "donut" => Donut(),
        "curve" => Curve(),
        "xo" => XOrO(),
        _ => throw new UsageException($"play {name}", "is unknown.", $"Known are: {string.Join(", ", Names)}."),
    };

    /// <summary>The map of a filter: one channel, stride 1.</summary>
    public static Tensor Map(Tensor image, Tensor filter, int padding = 0) => Run(image, x => x.Conv(
        x.Owner.Constant(filter), null, new Attributes { ["pads"] = new long[] { padding, padding, padding, padding } }));

    private static List<PlayStep> Donut()
    {
        const int Edge = 2;
        Tensor image = DonutImage, filter = DonutFilter, map = Map(image, filter, Edge);
        var steps = new List<PlayStep>
        {
            new("A picture and a filter", "The filter is highest in a ring around its middle. Beyond its edges the picture is taken for black.",
                [ToGrid("the picture, 8 x 8", image), ToGrid("the filter, 5 x 5", filter)]),
        };
        foreach (var (row, column) in ((int, int)[])[(0, 0), (0, 1), (1, 0), (4, 3)])
        {
            float[] window = [.. Enumerable.Range(0, 25).Select(i => At(image, row + (i / 5) - Edge, column + (i % 5) - Edge))];
            float[] products = [.. window.Zip(filter.ToArray<float>(), (w, f) => w * f)];
            steps.Add(new PlayStep(
                $"The filter's middle on row {row + 1}, column {column + 1}",
                FormattableString.Invariant($"What lies under the filter, times the filter, added up: {products.Sum():F2}."),
                [new Grid("under the filter", 5, 5, window), new Grid("times the filter", 5, 5, products)]));
        }

        steps.Add(new PlayStep("The map", "Each place has the sum for the filter's middle there. It is high where the picture looks like a ring.", [ToGrid("the map, 8 x 8", map)]));
        steps.Add(new PlayStep("Rectified", "What speaks against a ring is passed over.", [ToGrid("the map, 8 x 8", Run(map, x => x.Relu()))]));
        return steps;
    }

    private static List<PlayStep> Curve()
    {
        var filter = new float[49];
        float[] matching = new float[49], other = new float[49];
        (int Row, int Column, float Value)[] stroke = [(1, 4, 50), (2, 3, 20), (3, 3, 50), (4, 3, 50), (5, 3, 50)];
        filter[5] = 30; // the curve begins at the edge, where the matching patch has nothing
        foreach (var (row, column, value) in stroke)
        {
            filter[(row * 7) + column] = 30;
            matching[(row * 7) + column] = value;
            if (row > 2) matching[(row * 7) + column + 1] = 50;
        }

        for (int i = 0; i < 7; i++) other[(i * 7) + (i < 4 ? 0 : 1)] = 40;
        Tensor detector = Square(7, filter), patch = Square(7, matching), wrong = Square(7, other);
        return
        [
            new("A curve detector", "A filter whose numbers are high along a curve.", [ToGrid("the filter, 7 x 7", detector)]),
            new("A patch with the curve", FormattableString.Invariant($"50·30 + 20·30 + 3·50·30 = {Map(patch, detector).AsSpan<float>()[0]}: a high answer."), [ToGrid("the patch", patch)]),
            new("A patch without it", FormattableString.Invariant($"Nothing lies under the curve: {Map(wrong, detector).AsSpan<float>()[0]}."), [ToGrid("the patch", wrong)]),
        ];
    }

    private static List<PlayStep> XOrO()
    {
        float[] x = new float[81], o = new float[81];
        Array.Fill(x, -1);
        Array.Fill(o, -1);
        for (int i = 1; i <= 7; i++)
        {
            x[(i * 9) + i] = x[(i * 9) + 8 - i] = 1;
            if (i is 1 or 7) o[(i * 9) + 3] = o[(i * 9) + 4] = o[(i * 9) + 5] = 1;
            if (i is 2 or 6) o[(i * 9) + 2] = o[(i * 9) + 6] = 1;
            if (i is >= 3 and <= 5) o[(i * 9) + 1] = o[(i * 9) + 7] = 1;
        }

        (string Name, Tensor Filter)[] features =
        [
            ("falling stroke", Square(3, 1, -1, -1, -1, 1, -1, -1, -1, 1)),
            ("cross", Square(3, 1, -1, 1, -1, 1, -1, 1, -1, 1)),
            ("rising stroke", Square(3, -1, -1, 1, -1, 1, -1, 1, -1, -1)),
        ];
        var steps = new List<PlayStep>
        {
            new("Three features", "A stroke that falls, a cross, a stroke that rises. Each is laid on every place of a picture; the nine products are averaged.",
                [.. features.Select(f => ToGrid(f.Name, f.Filter))]),
        };
        foreach (var (name, picture) in ((string, Tensor)[])[("X", Square(9, x)), ("O", Square(9, o))])
        {
            Tensor[] maps = [.. features.Select(f => Run(Map(picture, f.Filter), v => v / 9))];
            Tensor[] rectified = [.. maps.Select(m => Run(m, v => v.Relu()))];
            Tensor[] once = [.. rectified.Select(Pooled)], twice = [.. once.Select(Pooled)];
            steps.Add(new PlayStep($"{name}: the picture", "White is 1, black -1.", [ToGrid(name, picture)]));
            steps.Add(new PlayStep($"{name}: filtered", "1 where the picture is exactly the feature.", Grids(maps)));
            steps.Add(new PlayStep($"{name}: rectified", "Numbers below 0 become 0.", Grids(rectified)));
            steps.Add(new PlayStep($"{name}: pooled", "Of each 2 x 2 the greatest number; at the edge, of what there is.", Grids(once)));
            steps.Add(new PlayStep($"{name}: pooled again", "Twelve numbers are left, which vote for X or for O.", Grids(twice)));
        }

        return steps;

        Grid[] Grids(Tensor[] tensors) => [.. features.Zip(tensors, (f, t) => ToGrid(f.Name, t))];
    }

    private static Tensor Pooled(Tensor map) => Run(map, x => x.MaxPool(new Attributes
    {
        ["kernel_shape"] = new long[] { 2, 2 },
        ["strides"] = new long[] { 2, 2 },
        ["ceil_mode"] = true,
    }));

    private static Tensor Run(Tensor input, Func<Value, Value> compute)
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, input.Shape);
        using var session = new Session(builder.Build(compute(x)));
        return session.Run(input)[0];
    }

    private static float At(Tensor image, int row, int column) =>
        row < 0 || column < 0 || row >= image.Shape[2] || column >= image.Shape[3] ? 0 : image.AsSpan<float>()[(row * image.Shape[3]) + column];

    private static Grid ToGrid(string caption, Tensor tensor) => new(caption, tensor.Shape[2], tensor.Shape[3], tensor.ToArray<float>());

    private static Tensor Square(int size, params float[] values) => Tensor.From(values, [1, 1, size, size]);
}
