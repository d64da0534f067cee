using System.Globalization;
using System.Security.Cryptography;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.OnnxRuntime;
using Onnx;
using Validation.Conformance;
using Validation.Parity;
using Validation.Tolerances;

namespace Validation.Export;

/// <summary>
/// Exports, and lets a file get its name only once it is verified: its structure; that what is read back is the graph that was written, weights to the bit; that it
/// computes the same here, and in ONNX Runtime where that is found.
/// </summary>
public static class VerifiedExport
{
    private const string GradientPrefix = "grad.";

    /// <summary>Up to how many products, those of each element of the inputs with each weight, the plain evaluation in double precision is asked.</summary>
    private const double MostProducts = 1L << 33;

    private static readonly int[] s_batches = [2, 1];

    /// <summary>Exports and verifies.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How to write; null for the defaults.</param>
    /// <param name="seed">Seeds the inputs that it is run on.</param>
    /// <returns>The report. Where a check did not hold, there is no file.</returns>
    /// <inheritdoc cref="OnnxModel.Save" path="/exception"/>
    public static ExportReport Save(Graph graph, string path, OnnxExportOptions? options = null, long seed = 1)
    {
        ExportReport? report = null;
        try
        {
            OnnxModel.Save(graph, path, (options ?? new()) with
            {
                Inspect = file =>
                {
                    report = Verify(graph, file, seed) with { File = path };
                    if (!report.Ok) throw new NotVerifiedException();
                },
            });
        }
        catch (NotVerifiedException)
        {
            // The report says why.
        }

        return report!;
    }

    /// <summary>Verifies a file.</summary>
    /// <param name="graph">What was written.</param>
    /// <param name="file">The file.</param>
    /// <param name="seed">Seeds the inputs that it is run on.</param>
    public static ExportReport Verify(Graph graph, string file, long seed = 1)
    {
        var checks = new List<ExportCheck>();
        var again = Check(checks, "structure", () => OnnxModel.Load(file), g => $"{g.Nodes.Count} nodes in order, names assigned once, types and shapes inferred anew");
        if (again is not null)
        {
            checks.Add(SameValues(graph, again));
            checks.AddRange(SameResults(graph, again, file, seed));
        }

        long opset = again?.Metadata.Opsets.FirstOrDefault(o => o.Key is "" or "ai.onnx").Value ?? 0;
        long bytes = Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(file))!, Path.GetFileName(file) + "*").Sum(f => new FileInfo(f).Length);
        using var stream = File.OpenRead(file);
        return new ExportReport(file, opset, again?.Nodes.Count ?? 0, bytes, Convert.ToHexStringLower(SHA256.HashData(stream)), checks);
    }

    private static T? Check<T>(List<ExportCheck> checks, string name, Func<T> make, Func<T, string> describe)
        where T : class
    {
        try
        {
            var made = make();
            checks.Add(new ExportCheck(name, true, describe(made)));
            return made;
        }
        catch (FrameworkException e)
        {
            checks.Add(new ExportCheck(name, false, e.Message));
            return null;
        }
    }

    // Forms of older operator sets have other nodes, so values are compared as far as their names are there on both sides; the interface is, whole.
    private static ExportCheck SameValues(Graph graph, Graph again)
    {
        var before = graph.Values.GroupBy(v => v.Name).ToDictionary(g => g.Key, g => g.First());
        var data = graph.Initializers.ToDictionary(i => i.Name, i => i.Data);
        string? problem = Names(graph.Outputs) == Names(again.Outputs) && Names(graph.Inputs) == Names(again.Inputs) ? null : "has other inputs or outputs.";
        problem ??= again.Values.FirstOrDefault(v => before.TryGetValue(v.Name, out var b) && !Agree(b, v)) is { } other
            ? $"reads '{other.Name}' as {other.Fact}, not {before[other.Name].Fact}."
            : null;
        problem ??= again.Initializers.FirstOrDefault(i => data.TryGetValue(i.Name, out var d) && !SameBytes(d, i.Data)) is { } changed
            ? $"reads other elements of '{changed.Name}'."
            : null;
        problem ??= graph.Parameters.FirstOrDefault(p => again.Find(p.Name) is null) is { } lost ? $"has lost '{lost.Name}'." : null;
        return new ExportCheck(
            "re-import",
            problem is null,
            problem ?? $"{data.Count} initializers to the bit, {again.Values.Count()} values of the same types and shapes");
    }

    private static string Names(IEnumerable<Value> values) => string.Join('\n', values.Select(v => v.Name));

    private static bool Agree(Value a, Value b) =>
        (a.ElementType == b.ElementType || a.ElementType == ElementType.Undefined || b.ElementType == ElementType.Undefined)
        && (a.Shape is null || b.Shape is null
            || (a.Shape.Rank == b.Shape.Rank && a.Shape.Zip(b.Shape).All(p => p.First == p.Second || !p.First.IsKnown || !p.Second.IsKnown)));

    private static bool SameBytes(Tensor a, Tensor b) => a.ElementType == b.ElementType && a.Shape == b.Shape && a.AsBytes().SequenceEqual(b.AsBytes());

    private static IEnumerable<ExportCheck> SameResults(Graph graph, Graph again, string file, long seed)
    {
        const string own = "run again", engine = "ONNX Runtime";
        var (run, refusal) = FirstRun(graph, seed);
        double tolerance = ToleranceOf(graph);
        HashSet<string> gradients = run is null ? [] : [.. run.Outputs.Keys.Where(o => IsGradient(graph, o))];
        if (run is null)
        {
            yield return new ExportCheck(own, null, $"was not run: {refusal}");
        }
        else
        {
            var found = new Lazy<Dictionary<string, Tensor>>(() =>
            {
                using var session = new Session(again);
                return Named(again.Outputs, session.Run(run.Inputs));
            });
            yield return Compare(own, graph, run.Outputs.Where(o => !gradients.Contains(o.Key)).ToDictionary(), tolerance, () => found.Value);
            if (gradients.Count > 0) yield return Gradients(graph, again, run, gradients, tolerance, found);
        }

        if (!OrtRuntime.TryFind(out var runtime))
        {
            yield return new ExportCheck(engine, null, "its library is not here.");
            yield break;
        }

        string name = $"{engine} {runtime.Version}";
        if (run is null || graph.Nodes.Any(n => n.Operator is DropoutTraining || Undetermined.DrawsNumbers(n)))
        {
            yield return Opens($"session of {name}", file, runtime);
            string why = run is null ? "was not run, as there are no results to compare with." : "draws other random numbers for the masks of dropout, so that results cannot be compared.";
            yield return new ExportCheck(name, null, why);
            yield break;
        }

        yield return Compare(name, graph, run.Outputs.Where(o => !gradients.Contains(o.Key)).ToDictionary(), tolerance, () =>
        {
            using var session = new OrtSession(file, runtime: runtime);
            var taken = session.Inputs.Select(i => i.Name).ToHashSet();
            return session.Run(Named(graph.Inputs, run.Inputs).Where(p => taken.Contains(p.Key)).ToDictionary());
        });
        if (gradients.Count > 0) yield return new ExportCheck($"gradients in {engine}", null, $"{gradients.Count} are not compared here: see cnn parity --gradients.");
    }

    // Written out in ONNX's operators, gradients round otherwise, and may put a unit on the other side of a kink. In double precision that does not happen.
    private static ExportCheck Gradients(
        Graph graph, Graph again, Results run, HashSet<string> gradients, double tolerance, Lazy<Dictionary<string, Tensor>> found) => Guarded("gradients", () =>
    {
        var check = Compare("gradients", graph, Chosen(run.Outputs), tolerance, () => found.Value);
        if (check.Ok != false || check.RmsRel is null) return check;
        double products = run.Inputs.Sum(i => (double)i.Count) * graph.Initializers.Sum(i => (double)i.Data.Count);
        return products > MostProducts
            ? check with { Ok = null, Detail = $"{check.Detail}, but units that rounding puts beyond a kink change them by more: see cnn parity --gradients." }
            : Compare("gradients", graph, Chosen(InDouble(graph)), tolerance, () => InDouble(again));

        Dictionary<string, Tensor> Chosen(Dictionary<string, Tensor> outputs) => outputs.Where(o => gradients.Contains(o.Key)).ToDictionary();

        Dictionary<string, Tensor> InDouble(Graph form)
        {
            using var oracle = new Interpreter(form, Precision.Float64);
            return Named(form.Outputs, oracle.Run(run.Inputs));
        }
    });

    // Some models fix what follows from the batch, and take one image only.
    private static (Results? Run, string Refusal) FirstRun(Graph graph, long seed)
    {
        string refusal = "";
        foreach (int batch in s_batches)
        {
            try
            {
                var inputs = ParityProblem.Inference(graph, batch, seed).Inputs;
                using var session = new Session(graph);
                return (new Results(inputs, Named(graph.Outputs, session.Run(inputs))), "");
            }
            catch (FrameworkException e)
            {
                refusal = e.Message;
            }
        }

        return (null, refusal);
    }

    private static bool IsGradient(Graph graph, string output) =>
        output.StartsWith(GradientPrefix, StringComparison.Ordinal)
        && output[GradientPrefix.Length..] is var name
        && (graph.Inputs.Any(i => i.Name == name) || graph.Initializers.Any(i => i.Name == name));

    // A layer's gradients are sums over the same cotangents, and in one of them these may cancel: that of a bias before batch normalisation is nothing but rounding.
    private static double ScaleOf(Graph graph, string output, Dictionary<string, Tensor> expected)
    {
        double own = Measure.Rms(expected[output]);
        if (!IsGradient(graph, output)) return own;
        string name = output[GradientPrefix.Length..];
        var layer = graph.Nodes.FirstOrDefault(n => n.Inputs.Any(i => i?.Name == name));
        return (layer?.Inputs ?? []).OfType<Value>().Select(i => expected.GetValueOrDefault(GradientPrefix + i.Name)).OfType<Tensor>().Select(Measure.Rms).Append(own).Max();
    }

    private static ExportCheck Opens(string name, string file, OrtRuntime runtime) => Guarded(name, () =>
    {
        using var session = new OrtSession(file, runtime: runtime);
        return new ExportCheck(name, true, $"takes the file, with {session.Inputs.Count} inputs");
    });

    private static ExportCheck Compare(
        string name, Graph graph, Dictionary<string, Tensor> expected, double tolerance, Func<IReadOnlyDictionary<string, Tensor>> run) => Guarded(name, () =>
    {
        var actual = run();
        if (expected.Values.All(t => t.Count == 0)) return new ExportCheck(name, null, "ran, but there was nothing to compare.");
        var (worst, where) = (0.0, "");
        foreach (var (output, tensor) in expected)
        {
            if (actual[output].Shape != tensor.Shape || actual[output].ElementType != tensor.ElementType)
                return new ExportCheck(name, false, $"gives {actual[output]} for '{output}', which is {tensor}.");
            double difference = Measure.Difference(actual[output], tensor, ScaleOf(graph, output, expected)).RmsRelative;
            if (difference > worst) (worst, where) = (difference, $", of '{output}'");
        }

        string detail = string.Create(CultureInfo.InvariantCulture, $"{expected.Count} outputs differ by {worst:G3}{where}; {tolerance:G3} is allowed");
        return new ExportCheck(name, worst <= tolerance, detail, worst, tolerance);
    });

    private static ExportCheck Guarded(string name, Func<ExportCheck> check)
    {
        try
        {
            return check();
        }
        catch (EngineException e) when (
            e.Message.Contains("NOT_IMPLEMENTED", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("NotImplemented", StringComparison.Ordinal))
        {
            return new ExportCheck(name, null, $"has no kernel: {e.Message}");
        }
        catch (FrameworkException e)
        {
            return new ExportCheck(name, false, e.Message);
        }
    }

    /// <summary>
    /// What two single-precision engines may differ by: each layer's probable error, the root of its sums' lengths in units of rounding, goes through to the output
    /// undamped; all these add up, in either engine.
    /// </summary>
    private static double ToleranceOf(Graph graph) => 2 * Rounding.Single * graph.Nodes.Sum(n => Math.Sqrt(Terms(n)));

    private static double Terms(Node node)
    {
        if (node.Operator is not (Conv or Gemm or MatMul) || node.Inputs[1]?.Shape is not { IsKnown: true, Rank: > 1 } weight) return Rounding.FormulaSteps;
        return Math.Max(Rounding.FormulaSteps, (double)weight.ElementCount.Value / weight.Min(d => d.Value));
    }

    private static Dictionary<string, Tensor> Named(IReadOnlyList<Value> values, IReadOnlyList<Tensor> tensors) =>
        values.Zip(tensors).ToDictionary(p => p.First.Name, p => p.Second);

    private sealed record Results(IReadOnlyList<Tensor> Inputs, Dictionary<string, Tensor> Outputs);

    private sealed class NotVerifiedException : Exception;
}
