using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// An operator whose attributes hold graphs. In a file such a body reads values of the graph around it by their names; here it takes them as inputs,
/// after its own, and the node as its last inputs, in the same order. The attribute <see cref="Captures"/> says how many.
/// </summary>
public abstract class BodyOperator : Operator
{
    /// <summary>Keeps the result of a run of the body.</summary>
    protected static void Keep(List<Tensor> collected, Tensor result, Evaluation evaluation)
    {
        evaluation.Hold(result);
        collected.Add(result);
    }

    /// <summary>The attribute that says how many of a node's last inputs are read by its bodies only. No file holds it.</summary>
    public const string Captures = "captures";

    /// <summary>How many of the last inputs of a node are read by its bodies only.</summary>
    public static int CapturesOf(Attributes attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        return (int)attributes.Int(Captures, 0);
    }

    /// <summary>A body of a node.</summary>
    /// <exception cref="ModelFormatException">The node has none of this name.</exception>
    protected static Graph Body(Attributes attributes, string name, string place)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        return attributes.Find<Graph>(name) ?? throw new ModelFormatException(place, $"the attribute {name} is missing.");
    }

    /// <summary>The captured inputs of a node.</summary>
    protected static IEnumerable<Tensor> CapturedOf(Evaluation e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return Enumerable.Range(e.InputCount - CapturesOf(e.Attributes), CapturesOf(e.Attributes)).Select(e.Input);
    }
}

/// <summary>ONNX <c>If</c>: runs one of two bodies.</summary>
public sealed class If : BodyOperator
{
    private static readonly Signature s_signature =
        new([new("cond", InputRole.Shape), new("captured", Optional: true, Variadic: true)], ["output..."]);

    /// <summary>The operator.</summary>
    public static If Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "If";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        var (then, otherwise) = (Body(inference.Attributes, "then_branch", inference.Place), Body(inference.Attributes, "else_branch", inference.Place));
        if (then.Outputs.Count != inference.OutputCount || otherwise.Outputs.Count != inference.OutputCount)
        {
            throw inference.Fail(
                $"has {inference.OutputCount} outputs, its bodies {then.Outputs.Count} and {otherwise.Outputs.Count}; all must have as many.");
        }

        for (int i = 0; i < inference.OutputCount; i++)
        {
            var (a, b) = (then.Outputs[i].ElementType, otherwise.Outputs[i].ElementType);
            if (a != b && a != ElementType.Undefined && b != ElementType.Undefined) throw inference.Fail($"its bodies make {a} and {b} as output {i}.");
            inference.Output(i, a == ElementType.Undefined ? b : a);
        }
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var cond = evaluation.Input(0);
        if (cond.ElementType != ElementType.Bool || cond.Count != 1) throw new ShapeException(evaluation.Place, $"its condition is {cond}; one boolean is expected.");
        var results = evaluation.RunBody(Body(evaluation.Attributes, cond.AsSpan<bool>()[0] ? "then_branch" : "else_branch", evaluation.Place), [.. CapturedOf(evaluation)]);
        for (int i = 0; i < results.Count; i++) evaluation.Set(i, results[i]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            foreach (bool cond in new[] { true, false })
            {
                yield return new(
                    cond ? "then" : "else",
                    [SampleInput.Fixed(Tensor.Scalar(cond)), SampleInput.Fixed(Tensor.From([1f, -2f], [2]))],
                    new Attributes { ["then_branch"] = Branch(x => x.Relu(), "then"), ["else_branch"] = Branch(x => -x, "else"), [Captures] = 1 });
            }

            static Graph Branch(Func<Value, Value> body, string name)
            {
                var builder = new GraphBuilder(name);
                return builder.Build(builder.Rename(body(builder.Input($"{name}.x", ElementType.Float32, [2])), $"{name}.y"));
            }
        }
    }
}

/// <summary>
/// ONNX <c>Loop</c>: runs a body a number of times or while a condition holds; values are carried from run to run, others are collected
/// along a new first axis.
/// </summary>
public sealed class Loop : BodyOperator
{
    /// <summary>No model counts on more runs; one that asks for them would never end.</summary>
    public const int MostRuns = 1 << 16;

    private const int Formal = 2;

    private static readonly Signature s_signature = new(
        [new("M", InputRole.Shape, Optional: true), new("cond", InputRole.Shape, Optional: true), new("v_initial", Optional: true, Variadic: true)], ["v_final_and_scan_outputs..."]);

    /// <summary>The operator.</summary>
    public static Loop Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Loop";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        var body = Body(inference.Attributes, "body", inference.Place);
        int carried = inference.InputCount - Formal - CapturesOf(inference.Attributes);
        if (carried < 0 || body.Inputs.Count != inference.InputCount || body.Outputs.Count != inference.OutputCount + 1 || body.Outputs.Count < carried + 1)
        {
            throw inference.Fail(
                $"has {inference.InputCount} inputs and {inference.OutputCount} outputs, its body {body.Inputs.Count} and {body.Outputs.Count}; they do not fit.");
        }

        for (int i = 0; i < inference.OutputCount; i++) inference.Output(i, body.Outputs[i + 1].ElementType);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var body = Body(evaluation.Attributes, "body", evaluation.Place);
        Tensor[] captured = [.. CapturedOf(evaluation)];
        Tensor[] carried = [.. Enumerable.Range(Formal, evaluation.InputCount - Formal - captured.Length).Select(evaluation.Input)];
        long most = evaluation.Has(0) ? evaluation.Input(0).ToArray<long>()[0] : long.MaxValue;
        var cond = evaluation.Has(1) ? evaluation.Input(1) : Tensor.Scalar(true);
        var collected = new List<Tensor>[evaluation.OutputCount - carried.Length];
        for (int i = 0; i < collected.Length; i++) collected[i] = [];
        for (long run = 0; run < most && cond.AsSpan<bool>()[0]; run++)
        {
            if (run == MostRuns) throw new UnsupportedModelException(evaluation.Place, $"runs its body more than {MostRuns} times.");
            var results = evaluation.RunBody(body, [Tensor.Scalar(run), cond, .. carried, .. captured]);
            cond = results[0];
            carried = [.. results.Skip(1).Take(carried.Length)];
            for (int i = 0; i < collected.Length; i++) Keep(collected[i], results[1 + carried.Length + i], evaluation);
        }

        for (int i = 0; i < carried.Length; i++) evaluation.Set(i, carried[i]);
        for (int i = 0; i < collected.Length; i++)
            evaluation.Set(carried.Length + i, Stack.Of(collected[i], body.Outputs[1 + carried.Length + i], evaluation.Promoted, evaluation.Place));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            // Doubles a vector as often as asked, and collects what it was before.
            var builder = new GraphBuilder("body");
            builder.Input("run", ElementType.Int64, []);
            var cond = builder.Input("again", ElementType.Bool, []);
            var x = builder.Input("x", ElementType.Float32, null);
            var step = builder.Input("step", ElementType.Float32, [2]);
            var outputs = new[] { cond, x + step, x }.Select((v, i) => builder.Rename(builder.Apply(Identity.Instance, [v]), $"body.y{i}")).ToArray();
            var attributes = new Attributes { ["body"] = builder.Build(outputs), [Captures] = 1 };
            yield return new(
                "counted",
                [SampleInput.Fixed(Tensor.Scalar(3L)), SampleInput.Fixed(Tensor.Scalar(true)), SampleInput.Fixed(Tensor.From([1f, 2f], [2])), SampleInput.Fixed(Tensor.From([1f, -1f], [2]))],
                attributes,
                2);
        }
    }
}

/// <summary>
/// ONNX <c>Scan</c> in its form since operator set 9: runs a body for each entry of some inputs along an axis; states are carried from
/// run to run, other results are collected along an axis.
/// </summary>
public sealed class Scan : BodyOperator
{
    private static readonly Signature s_signature = new([new("initial_state_and_scan_inputs", Variadic: true)], ["final_state_and_scan_outputs..."]);

    /// <summary>The operator.</summary>
    public static Scan Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Scan";

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        var body = Body(inference.Attributes, "body", inference.Place);
        int states = States(inference.Attributes, inference.InputCount);
        if (states < 0 || body.Inputs.Count != inference.InputCount || body.Outputs.Count != inference.OutputCount || body.Outputs.Count < states)
        {
            throw inference.Fail(
                $"has {inference.InputCount} inputs and {inference.OutputCount} outputs, its body {body.Inputs.Count} and {body.Outputs.Count}; they do not fit.");
        }

        for (int i = 0; i < inference.OutputCount; i++) inference.Output(i, body.Outputs[i].ElementType);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var a = evaluation.Attributes;
        var body = Body(a, "body", evaluation.Place);
        Tensor[] captured = [.. CapturedOf(evaluation)];
        int states = States(a, evaluation.InputCount), scans = evaluation.InputCount - captured.Length - states;
        Tensor[] state = [.. Enumerable.Range(0, states).Select(evaluation.Input)];
        Tensor[] inputs = [.. Enumerable.Range(0, scans).Select(i => Stack.Moved(evaluation.Input(states + i), Entry(a, "scan_input_axes", i), toFront: true))];
        int length = inputs.Length == 0 ? 0 : inputs[0].Shape[0];
        if (Array.Exists(inputs, x => x.Shape[0] != length)) throw new ShapeException(evaluation.Place, "its inputs have different lengths along the axes that it goes through.");
        var collected = new List<Tensor>[evaluation.OutputCount - states];
        for (int i = 0; i < collected.Length; i++) collected[i] = [];
        for (int run = 0; run < length; run++)
        {
            var entries = inputs.Select((x, i) => EntryOf(x, Entry(a, "scan_input_directions", i) == 0 ? run : length - 1 - run));
            var results = evaluation.RunBody(body, [.. state, .. entries, .. captured]);
            state = [.. results.Take(states)];
            for (int i = 0; i < collected.Length; i++) Keep(collected[i], results[states + i], evaluation);
        }

        for (int i = 0; i < states; i++) evaluation.Set(i, state[i]);
        for (int i = 0; i < collected.Length; i++)
        {
            if (Entry(a, "scan_output_directions", i) != 0) collected[i].Reverse();
            var stacked = Stack.Of(collected[i], body.Outputs[states + i], evaluation.Promoted, evaluation.Place);
            evaluation.Set(states + i, Stack.Moved(stacked, Entry(a, "scan_output_axes", i), toFront: false));
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            // Running sums.
            var builder = new GraphBuilder("body");
            var sum = builder.Input("sum", ElementType.Float32, null) + builder.Input("entry", ElementType.Float32, null);
            var outputs = new[] { sum, sum }.Select((v, i) => builder.Rename(builder.Apply(Identity.Instance, [v]), $"body.y{i}")).ToArray();
            var body = builder.Build(outputs);
            SampleInput[] inputs = [SampleInput.Fixed(Tensor.From([0f, 0f], [2])), SampleInput.Fixed(Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], [3, 2]))];
            yield return new("sums", inputs, new Attributes { ["body"] = body, ["num_scan_inputs"] = 1 }, 2);
            yield return new("backwards, along the second axis", [inputs[0], SampleInput.Fixed(Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], [2, 3]))], new Attributes
            {
                ["body"] = body,
                ["num_scan_inputs"] = 1,
                ["scan_input_axes"] = new long[] { 1 },
                ["scan_input_directions"] = new long[] { 1 },
                ["scan_output_axes"] = new long[] { 1 },
                ["scan_output_directions"] = new long[] { 1 },
            }, 2);
        }
    }

    private static int States(Attributes attributes, int inputs) => inputs - CapturesOf(attributes) - (int)attributes.Int("num_scan_inputs", 0);

    private static long Entry(Attributes attributes, string name, int index) => attributes.Ints(name) is { } entries && index < entries.Length ? entries[index] : 0;

    private static Tensor EntryOf(Tensor x, int index) => x.Slice(index, 1).Reshape(x.Shape[1..]);
}

/// <summary>Tensors of the same shape as one, and axes changing places.</summary>
internal static class Stack
{
    /// <summary>Puts tensors together along a new first axis; none at all take type and shape from what is known of them.</summary>
    public static Tensor Of(List<Tensor> entries, Value known, Func<ElementType, ElementType> promoted, string place)
    {
        if (entries.Count == 0)
        {
            int[] rest = known.Shape is null ? [] : [.. known.Shape.Select(d => d.IsKnown ? d.ToInt(place) : 0)];
            return new Tensor(promoted(known.ElementType), [0, .. rest]);
        }

        var first = entries[0];
        var stacked = Tensor.Uninitialized(first.ElementType, [entries.Count, .. first.Shape]);
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Shape != first.Shape) throw new ShapeException(place, $"its body makes {entries[i]} in one run and {first} in another, which cannot be collected.");
            entries[i].CopyTo(stacked.Slice(i, 1));
        }

        return stacked;
    }

    /// <summary>An axis becomes the first one, or the first one takes an axis's place.</summary>
    public static Tensor Moved(Tensor x, long axis, bool toFront)
    {
        int at = (int)(axis < 0 ? axis + x.Shape.Rank : axis);
        if (at == 0) return x;
        var others = Enumerable.Range(0, x.Shape.Rank).Where(a => a != (toFront ? at : 0)).Select(a => (long)a).ToList();
        others.Insert(toFront ? 0 : at, toFront ? at : 0);
        return Evaluation.Run(Transpose.Instance, "Scan", new Attributes { ["perm"] = others.ToArray() }, [x], 1, Precision.Native)[0]!;
    }
}
