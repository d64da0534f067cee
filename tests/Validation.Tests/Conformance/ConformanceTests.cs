using Framework.Execution;
using Framework.Graphs;
using Validation.Conformance;

namespace Validation.Tests.Conformance;

public class ConformanceTests
{
    /// <summary>Where Debian's package libonnx-testdata puts the cases.</summary>
    private const string Suite = "/usr/share/libonnx-testdata/data";

    private const int Cases = 1072;
    private const int CoreCases = 697;

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

    [Fact]
    public void The_manifest_names_all_cases_with_a_reason_for_each_that_does_not_pass()
    {
        var manifest = new Manifest();

        manifest.Expected.Should().HaveCount(Cases);
        manifest.Core.Should().HaveCount(CoreCases).And.BeSubsetOf(manifest.Expected.Keys);
        Manifest.WithoutReason.Should().BeEmpty();
    }

    [Fact]
    public void An_incomplete_or_a_wrong_run_of_the_suite_does_not_pass()
    {
        var manifest = new Manifest();
        CaseResult[] whole = [.. manifest.Expected.Select(e => new CaseResult(e.Key, e.Value, e.Value == CaseStatus.Passed ? "" : "reason", null))];

        manifest.Problems(whole).Should().BeEmpty();
        manifest.Problems([.. whole.Where(r => r.Name != "node/test_relu")]).Should().Equal("node/test_relu was not run");
        manifest.Problems([.. whole.Where(r => r.Name.StartsWith("node/test_relu"))]).Should().Contain(p => p.Contains("fewer than 960")).And.Contain(p => p.Contains("fewer than 690"));
        manifest.Problems([.. whole.Select(r => r with { Status = CaseStatus.Passed })]).Should().HaveCount(whole.Count(r => r.Status != CaseStatus.Passed))
            .And.OnlyContain(p => p.Contains("change its line"));
        manifest.Problems([.. whole, new CaseResult("node/test_new", CaseStatus.Passed, "", 0)]).Should().ContainSingle().Which.Should().Contain("add 'passed node/test_new");
        manifest.Problems([.. whole.Select(r => r.Name == "node/test_relu" ? r with { Status = CaseStatus.Unsupported, Message = "lost" } : r)])
            .Should().ContainSingle().Which.Should().Contain("is Unsupported, not Passed");
    }

    [Fact]
    public void Cases_are_found_by_their_names_or_the_last_part_of_these()
    {
        ConformanceSuite.Find(Suite, "test_relu").Should().Equal("node/test_relu");
        ConformanceSuite.Find(Suite, "node/test_relu").Should().Equal("node/test_relu");
    }

    private static void Judge(Func<Graph, IGraphRunner> runner)
    {
        Directory.Exists(Suite).Should().BeTrue("the package libonnx-testdata holds the cases; eng/test.sh installs it");
        CaseResult[] results = [.. ConformanceSuite.Run(Suite, null, runner)];

        results.Should().HaveCount(Cases);
        new Manifest().Problems(results).Should().BeEmpty();
    }

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
