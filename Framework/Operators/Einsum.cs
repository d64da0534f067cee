using Framework.Errors;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>Einsum</c>: the sum of products that <c>equation</c> says in Einstein's convention, as in <c>bij,bjk-&gt;bik</c>; three dots stand for
/// leading axes that broadcast.
/// </summary>
public sealed class Einsum : NumericOperator
{
    private static readonly Signature s_signature = new([new("Inputs", Variadic: true)], ["Output"]);

    /// <summary>The operator.</summary>
    public static Einsum Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Einsum";

    /// <inheritdoc/>
    public override int SinceVersion => 12;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shapes = Enumerable.Range(0, inference.InputCount).Select(inference.ShapeOf).ToArray();
        var equation = new EinsteinEquation(inference.Place, inference.Attributes, [.. shapes.Select(s => s.Rank)]);
        var extents = new Dictionary<char, Dimension>();
        for (int input = 0; input < shapes.Length; input++)
        {
            for (int axis = 0; axis < shapes[input].Rank; axis++)
            {
                char label = equation.Inputs[input][axis];
                var (known, next) = (extents.GetValueOrDefault(label, 1), shapes[input][axis]);
                if (known.IsKnown && next.IsKnown && known != next && known != 1 && next != 1)
                    throw inference.Fail($"label {label} of '{equation}' is {known} in one operand and {next} in another.");
                extents[label] = known == 1 || (!known.IsKnown && next.IsKnown && next != 1) ? next : known;
            }
        }

        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. equation.Output.Select(label => extents[label])]));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shapes = Enumerable.Range(0, e.InputCount).Select(i => e.Input(i).Shape).ToArray();
        var equation = new EinsteinEquation(e.Place, e.Attributes, [.. shapes.Select(s => s.Rank)]);
        char[] labels = [.. equation.Output.Concat(equation.Inputs.SelectMany(i => i)).Distinct()];
        var extents = labels.Select(l => shapes.SelectMany((s, i) => s.Where((_, axis) => equation.Inputs[i][axis] == l)).Max()).ToArray();
        int[] Strides(string own, Tensors.Shape shape)
        {
            // A label that stands twice in an operand walks its diagonal; an extent of 1 is repeated.
            int[] strides = shape.Strides();
            return [.. labels.Select(l => own.Select((c, axis) => c == l && shape[axis] > 1 ? strides[axis] : 0).Sum())];
        }

        var y = e.Write<T>(0);
        y.Clear();
        var walk = new Walk(new Tensors.Shape(extents),
            [Strides(equation.Output, e.Output(0).Shape), .. shapes.Select((s, i) => Strides(equation.Inputs[i], s))]);
        while (walk.Next())
        {
            var product = e.Read<T>(0)[walk.Offsets[1]];
            for (int input = 1; input < shapes.Length; input++) product *= e.Read<T>(input)[walk.Offsets[input + 1]];
            y[walk.Offsets[0]] += product;
        }
    }

    // The gradient of an operand is the sum of products of all others with the result's gradient. A value of ones stands for its labels that none
    // of these has.
    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var (terms, output) = EinsteinEquation.Terms(g.Node.Place, g.Attributes);
        for (int input = 0; input < g.InputCount; input++)
        {
            if (!g.Needs(input)) continue;
            if (terms[input].Where(char.IsLetter).Distinct().Count() < terms[input].Count(char.IsLetter))
                throw new UnsupportedModelException(g.Node.Place, $"no gradient flows through the diagonal in '{terms[input]}'.");
            List<Value?> operands = [g.Gradient, g.Input(input).Number(1).Expand(g.Input(input).ShapeOf())];
            List<string> labels = [output, terms[input]];
            for (int other = 0; other < g.InputCount; other++)
            {
                if (other == input) continue;
                operands.Add(g.Input(other));
                labels.Add(terms[other]);
            }

            // Axes that stand under dots elsewhere only are leading ones of the sum of products, and summed away.
            bool dots = labels.Exists(l => l.Contains("...", StringComparison.Ordinal)) && !terms[input].Contains("...", StringComparison.Ordinal);
            var equation = new Attributes { ["equation"] = $"{string.Join(',', labels)}->{(dots ? "..." : "")}{terms[input]}" };
            g.Set(input, g.Builder.Apply(Instance, operands, equation).ReduceTo(g.Input(input)));
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("batch of products", [SampleInput.Normal(2, 3, 4), SampleInput.Normal(2, 4, 2)], new Attributes { ["equation"] = "bij, bjk -> bik" }),
        new("implicit result", [SampleInput.Normal(3, 4), SampleInput.Normal(4, 2)], new Attributes { ["equation"] = "ij,jk" }),
        new("sum", [SampleInput.Normal(3, 4)], new Attributes { ["equation"] = "ij->i" }),
        new("dots", [SampleInput.Normal(2, 3, 4), SampleInput.Normal(4, 2)], new Attributes { ["equation"] = "...i,ij->...j" }),
        new("three operands", [SampleInput.Normal(3), SampleInput.Normal(3, 4), SampleInput.Normal(4)], new Attributes { ["equation"] = "i,ij,j->" }),
        new("diagonal", [SampleInput.Normal(2, 3, 3) with { IsFixed = true }], new Attributes { ["equation"] = "...ii->...i" }),
    ];
}

/// <summary>
/// An equation of <see cref="Einsum"/> over operands of known ranks: a label for each axis; axes under dots are labelled with digits.
/// </summary>
internal sealed class EinsteinEquation
{
    private const string Dots = "...";
    private readonly string _text;

    public EinsteinEquation(string place, Attributes attributes, int[] ranks)
    {
        _text = attributes.String("equation", "");
        var (terms, output) = Terms(place, attributes);
        if (terms.Length != ranks.Length)
            throw new ShapeException(place, $"the equation '{_text}' has {terms.Length} operands, {ranks.Length} are given.");
        int dotted = 0;
        for (int i = 0; i < terms.Length; i++)
        {
            int under = ranks[i] - terms[i].Replace(Dots, "", StringComparison.Ordinal).Length;
            if (under < 0 || (under > 0 && !terms[i].Contains(Dots, StringComparison.Ordinal)))
                throw new ShapeException(place, $"the term '{terms[i]}' of '{_text}' does not fit an operand of rank {ranks[i]}.");
            dotted = Math.Max(dotted, under);
        }

        // Dots are aligned at their ends: the last axis under any of them has the last digit.
        if (dotted > 10) throw new UnsupportedModelException(place, "more than ten axes stand under dots.");
        Inputs = [.. terms.Select((t, i) => Label(t, ranks[i] - t.Replace(Dots, "", StringComparison.Ordinal).Length))];
        Output = Label(output, dotted);
        string all = string.Concat(Inputs);
        if (Output.Distinct().Count() < Output.Length || Output.Any(l => !all.Contains(l)))
            throw new ShapeException(place, $"the result '{output}' of '{_text}' names a label twice, or one that no operand has.");

        string Label(string term, int under) =>
            term.Replace(Dots, string.Concat(Enumerable.Range(dotted - under, under).Select(d => (char)('0' + d))), StringComparison.Ordinal);
    }

    public string[] Inputs { get; }

    public string Output { get; }

    /// <summary>
    /// The terms of the operands and of the result, which without an arrow has the dots and the labels that stand once, in alphabetical
    /// order.
    /// </summary>
    public static (string[] Inputs, string Output) Terms(string place, Attributes attributes)
    {
        string text = attributes.String("equation", "").Replace(" ", "", StringComparison.Ordinal);
        string[] sides = text.Split("->");
        if (sides.Length > 2 || text.Replace(Dots, "", StringComparison.Ordinal).Replace("->", "", StringComparison.Ordinal).Any(c =>
            !char.IsAsciiLetter(c) && c != ','))
            throw new ShapeException(place, $"the equation '{text}' is not made of letters, commas, three dots and one arrow.");
        string implied = (text.Contains(Dots, StringComparison.Ordinal) ? Dots : "")
            + string.Concat(sides[0].Where(char.IsAsciiLetter).GroupBy(c => c).Where(c => c.Count() == 1).Select(c => c.Key).Order());
        return (sides[0].Split(','), sides.Length == 2 ? sides[1] : implied);
    }

    public override string ToString() => _text;
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Einsum</c>.</summary>
    public static Value Einsum(this IReadOnlyList<Value> values, string equation) =>
        values[0].Owner.Apply(Operators.Einsum.Instance, [.. values], new Attributes { ["equation"] = equation });
}
