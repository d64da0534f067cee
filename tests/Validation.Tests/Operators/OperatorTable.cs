using System.Globalization;
using System.Text;
using Framework.Execution;
using Framework.Kernels.Simd;
using Framework.Operators;
using Onnx.Opsets;
using Validation.Cases;

namespace Validation.Tests.Operators;

/// <summary>What there is of each operator, and who checked it, as a page of the documentation.</summary>
internal static class OperatorTable
{
    private const string Head = """
        # Operators

        Made by the tests (`UPDATE_DOCS=1 dotnet test tests/Validation.Tests --filter OperatorTableTests`), and checked by them: a row says what the samples of
        the operator have shown.

        - **gradient**: the operator has a rule; central differences in float64 with a random cotangent check it on every sample.
        - **kernel**: in a plan a fast kernel takes every sample (*yes*), some (*partly*), or none (*plain*: the plain evaluation, which the plan reports).
        - **opset**: the version of `ai.onnx` that brought the operator; those of the domain `grad` are written out in ONNX's own, where they have such a form.
        - **judges**: who ran every sample in float32 within bounds derived from the number of roundings: ours (`cnn`), ONNX Runtime, libtorch; in brackets where
          a sample or more is left out.

        | Operator | Gradient | Kernel | Opset | Judges |
        |---|---|---|---|---|

        """;

    public static string Write()
    {
        var text = new StringBuilder(Head);
        foreach (var group in OperatorCase.All.Where(c => c.Operator.Domain != Domains.Execution).GroupBy(c => c.Operator).OrderBy(g => g.Key.ToString(), StringComparer.Ordinal))
        {
            var (op, cases) = (group.Key, group.ToList());
            string gradient = op.HasGradientRule && cases.Any(c => c.Differentiable.Count > 0) ? "yes" : "-";
            string opset = op.Domain == Domains.Onnx ? OpsetHistory.BirthOf(op.Name)?.ToString(CultureInfo.InvariantCulture) ?? "-" : "-";
            text.Append(CultureInfo.InvariantCulture, $"| {op} | {gradient} | {Kernel(cases)} | {opset} | {string.Join(", ", Judge.All.Select(j => By(j, cases)).OfType<string>())} |\n");
        }

        return text.ToString();
    }

    private static string? By(Judge judge, IReadOnlyList<OperatorCase> cases)
    {
        int tried = judge.Takes(cases[0].Operator) ? cases.Count(c => judge.Excuse(c) is null) : 0;
        return tried == 0 ? null : tried == cases.Count ? judge.Name : $"({judge.Name})";
    }

    private static string Kernel(IReadOnlyList<OperatorCase> cases)
    {
        int fast = cases.Count(IsFast);
        return fast == cases.Count ? "yes" : fast > 0 ? "partly" : "plain";
    }

    private static bool IsFast(OperatorCase c)
    {
        using var session = new Session(c.Graph, new SessionOptions { Threads = 1, InstructionSet = InstructionSet.Vector128 });
        try
        {
            return session.PlanFor(c.Inputs).Fallbacks.Count == 0;
        }
        catch (Framework.Errors.UnsupportedModelException)
        {
            return false;
        }
    }
}

public class OperatorTableTests
{
    private const string UpdateVariable = "UPDATE_DOCS";

    [Fact]
    public void OperatorTable_in_the_documentation_is_up_to_date()
    {
        string file = Path.Combine(Root(), "docs", "OPERATORS.md");
        string table = OperatorTable.Write();
        if (Environment.GetEnvironmentVariable(UpdateVariable) is { Length: > 0 }) File.WriteAllText(file, table);

        File.Exists(file).Should().BeTrue();
        File.ReadAllText(file).ReplaceLineEndings("\n").Should().Be(table.ReplaceLineEndings("\n"), "UPDATE_DOCS=1 writes it anew");
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Framework.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("the repository's root");
        return folder;
    }
}
