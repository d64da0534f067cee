using Framework.Execution;
using Framework.Graphs;
using Validation.Conformance;

namespace Validation.Tests.Conformance;

public class ConformanceTests
{
    /// <summary>Where Debian's package libonnx-testdata puts the cases.</summary>
    private const string Suite = "/usr/share/libonnx-testdata/data";

    /// <summary>What the project promises of all 1,072 cases.</summary>
    private const int LeastPassed = 960;

    [Fact]
    public void The_interpreter_passes_the_cases_of_the_manifest_and_breaks_on_none()
    {
        Judge(graph => new Interpreter(graph));
    }

    [Fact]
    public void A_session_passes_the_cases_of_the_manifest_and_breaks_on_none()
    {
        Judge(graph => new Session(graph));
    }

    /// <summary>Normally distributed numbers of a case, all but one in 10^15; the fault that is added to one of them is rounded to its place.</summary>
    private const double LargestOutput = 8;

    [Fact]
    public void A_wrong_result_fails_its_case()
    {
        var result = ConformanceSuite.RunCase(Suite, "node/test_relu", graph => new Disturbed(new Interpreter(graph)));

        result.Status.Should().Be(CaseStatus.Failed);
        result.MaxAbs.Should().BeApproximately(Disturbed.Error, LargestOutput * Tolerances.Rounding.Single);
    }

    private static void Judge(Func<Graph, IGraphRunner> runner)
    {
        Directory.Exists(Suite).Should().BeTrue("the package libonnx-testdata holds the cases; eng/test.sh installs it");
        var manifest = ReadManifest();
        var surprises = new List<string>();
        foreach (var result in ConformanceSuite.Run(Suite, null, runner))
        {
            var expected = manifest.GetValueOrDefault(result.Name, CaseStatus.Unsupported);
            if (result.Status != expected && result.Status != CaseStatus.Passed) surprises.Add($"{result.Name} is {result.Status}, not {expected}: {result.Message}");
            if (result.Status != CaseStatus.Passed) result.Message.Should().NotBeEmpty(result.Name);
        }

        surprises.Should().BeEmpty();
        manifest.Values.Count(s => s == CaseStatus.Passed).Should().BeGreaterThanOrEqualTo(LeastPassed);
    }

    private static Dictionary<string, CaseStatus> ReadManifest() => File
        .ReadLines(Path.Combine(AppContext.BaseDirectory, "Conformance", "manifest.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' ', 3))
        .ToDictionary(parts => parts[1], parts => Enum.Parse<CaseStatus>(parts[0], ignoreCase: true));

    /// <summary>Adds an error to the first element of the first output.</summary>
    private sealed class Disturbed(IGraphRunner runner) : IGraphRunner
    {
        public const double Error = 0.25;

        public Graph Graph => runner.Graph;

        public IReadOnlyList<Framework.Tensors.Tensor> Run(params IReadOnlyList<Framework.Tensors.Tensor> inputs)
        {
            var outputs = runner.Run(inputs);
            outputs[0].AsSpan<float>()[0] += (float)Error;
            return outputs;
        }

        public void Dispose() => runner.Dispose();
    }
}
