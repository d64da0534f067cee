using System.IO.Enumeration;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Onnx;

namespace Validation.Conformance;

/// <summary>
/// ONNX's own backend tests: folders that hold a <c>model.onnx</c> and data sets <c>test_data_set_*</c> with <c>input_*.pb</c> and the
/// <c>output_*.pb</c> that are expected.
/// </summary>
public static class ConformanceSuite
{
    /// <summary>The cases below a folder, by name.</summary>
    /// <param name="directory">The suite's folder.</param>
    /// <param name="filter">Which cases to take, by their names or the last part of these, with * and ? as wild cards; null for all.</param>
    /// <exception cref="UsageException">There is no such folder, or no case in it.</exception>
    public static IReadOnlyList<string> Find(string directory, string? filter = null)
    {
        if (!Directory.Exists(directory)) throw new UsageException($"folder '{directory}'", "there is no such folder.");
        string[] names =
        [
            .. Directory.EnumerateFiles(directory, "model.onnx", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(directory, Path.GetDirectoryName(f)!).Replace('\\', '/'))
                .Where(n => filter is null || Matches(filter, n) || Matches(filter, n[(n.LastIndexOf('/') + 1)..]))
                .Order(StringComparer.Ordinal),
        ];
        return names.Length > 0 ? names : throw new UsageException($"folder '{directory}'", $"holds no case {filter ?? ""}: no folder with a model.onnx.");
    }

    private static bool Matches(string filter, string name) => FileSystemName.MatchesSimpleExpression(filter, name, ignoreCase: false);

    /// <summary>Runs cases.</summary>
    /// <param name="directory">The suite's folder.</param>
    /// <param name="filter">Which cases to take, by their names or the last part of these, with * and ? as wild cards; null for all.</param>
    /// <param name="runner">Makes what runs a graph.</param>
    /// <exception cref="UsageException">There is no such folder, or no case in it.</exception>
    public static IEnumerable<CaseResult> Run(string directory, string? filter, Func<Graph, IGraphRunner> runner) =>
        Find(directory, filter).Select(name => RunCase(directory, name, runner));

    /// <summary>Runs a case over all its data sets; stops at the first that does not pass.</summary>
    /// <inheritdoc cref="Run"/>
    /// <param name="directory">The suite's folder.</param>
    /// <param name="name">The case's folder below it.</param>
    /// <param name="runner">Makes what runs a graph.</param>
    public static CaseResult RunCase(string directory, string name, Func<Graph, IGraphRunner> runner)
    {
        string folder = Path.Combine(directory, name);
        try
        {
            using var running = runner(OnnxModel.Load(Path.Combine(folder, "model.onnx")));
            double? maxAbs = null;
            foreach (string set in Directory.EnumerateDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal))
            {
                var difference = RunSet(running, set);
                maxAbs = difference.MaxAbs is null ? maxAbs : Math.Max(maxAbs ?? 0, difference.MaxAbs.Value);
                if (difference.Problem is not null) return Differing(name, $"{Path.GetFileName(set)}: {difference.Problem}", running.Graph, maxAbs);
            }

            return maxAbs is null ? new CaseResult(name, CaseStatus.Error, "has no data set.", null) : new CaseResult(name, CaseStatus.Passed, "", maxAbs);
        }
        catch (UnsupportedModelException e)
        {
            return new CaseResult(name, CaseStatus.Unsupported, e.Message, null);
        }
        catch (Exception e)
        {
            // One case that breaks something must not end the run of all others.
            return new CaseResult(name, CaseStatus.Error, e is FrameworkException ? e.Message : $"{e.GetType().Name}: {e.Message}", null);
        }
    }

    // Where the standard says what must come out, a difference is a failure.
    private static CaseResult Differing(string name, string problem, Graph graph, double? maxAbs) => Undetermined.In(graph) is { } reason
        ? new CaseResult(name, CaseStatus.Unsupported, $"{reason}: {problem}", maxAbs)
        : new CaseResult(name, CaseStatus.Failed, problem, maxAbs);

    private static (string? Problem, double? MaxAbs) RunSet(IGraphRunner runner, string set)
    {
        var inputs = Files(set, "input_").Select(TensorFiles.Read).Zip(runner.Graph.Inputs, (t, i) => As(i.ElementType, t)).ToList();
        var expected = Files(set, "output_").Select(TensorFiles.Read).Zip(runner.Graph.Outputs, (t, o) => As(o.ElementType, t)).ToList();
        CheckData(runner.Graph, inputs);
        var outputs = runner.Run(inputs);
        if (outputs.Count < expected.Count) return ($"{expected.Count} outputs are expected, the graph has {outputs.Count}.", null);
        double maxAbs = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            var difference = OfficialTolerance.Compare(outputs[i], expected[i]);
            maxAbs = Math.Max(maxAbs, difference.MaxAbs);
            if (difference.Problem is not null) return ($"output '{runner.Graph.Outputs[i].Name}' {difference.Problem}", maxAbs);
        }

        return (null, maxAbs);
    }

    private static void CheckData(Graph graph, IReadOnlyList<Tensor> inputs)
    {
        try
        {
            InputCheck.Check(graph, inputs);
        }
        catch (ShapeException e)
        {
            throw new UnsupportedModelException("the case's data", $"do not fit its own model: {e.Message}", null, e);
        }
    }

    // The data files were written by NumPy, which has no bfloat16: there its bits are integers.
    private static Tensor As(ElementType type, Tensor given) => (type, given.ElementType) == (ElementType.BFloat16, ElementType.UInt16)
        ? new Tensor(type, given.Shape, given.Storage, 0)
        : given;

    // input_10.pb comes after input_9.pb.
    private static IEnumerable<string> Files(string set, string prefix)
    {
        for (int i = 0; ; i++)
        {
            string file = Path.Combine(set, FormattableString.Invariant($"{prefix}{i}.pb"));
            if (!File.Exists(file)) yield break;
            yield return file;
        }
    }
}
