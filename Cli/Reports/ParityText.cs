using System.Globalization;
using Cli.Terminals;
using Validation.Parity;

namespace Cli.Reports;

/// <summary>A comparison as tables on a terminal.</summary>
internal sealed class ParityText(ParityRequest request, ParityReport report)
{
    // So many rows of each kind go to the terminal, the worst first; JSON and page have all of them.
    private const int ShownRows = 12;

    /// <summary>A figure in three digits.</summary>
    public static string Figure(double number) => number.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>Shows it.</summary>
    public void Show(Terminal terminal)
    {
        foreach (var group in report.Rows.GroupBy(r => r.Against)) Show(terminal, group.Key, [.. group]);
        ShowSteps(terminal);
        if (report.OracleError is { } oracle)
            terminal.Line($"float64 against libtorch's float64: {Figure(oracle)} at most (tolerance {Figure(ParityReport.OracleTolerance)})");
        if (report.Directional is { } d)
            terminal.Line($"slope along a random direction: {d.Difference:G9} by differences, {d.Gradient:G9} by the gradient (tolerance {Figure(d.Tolerance)}): {Verdict(d.Ok)}");
        if (report.FirstBadActivation is { } first) terminal.Line($"first value that is off: {first.Name}");
        terminal.Line($"kernels: {string.Join(", ", report.Kernels.Select(k => $"{k.Steps} {k.Kernel}"))}");
        foreach (string name in report.Rows.Where(r => !r.Ok).Select(r => r.Name).Concat(report.Steps.Where(s => !s.Ok).Select(s => s.Node)).Distinct())
            terminal.Line($"{name} again: {request.Again(name)}");
    }

    private static string Verdict(bool ok) => ok ? "ok" : "FAILED";

    private static void Show(Terminal terminal, string engine, IReadOnlyList<ParityRow> rows)
    {
        terminal.Line($"{engine}: {rows.Count(r => r.Ok)} of {rows.Count} rows hold; those nearest to their tolerance:");
        terminal.Table(
            ["quantity", "name", "max abs", "rms rel", "error vs float64", "reference error", "tolerance", "ok"],
            [.. rows.OrderBy(r => r.Ok).ThenByDescending(r => r.RmsRel / r.Tolerance).Take(ShownRows).Select(r => (string[])[
                $"{r.Quantity}".ToLowerInvariant(), r.Name, Figure(r.MaxAbs), Figure(r.RmsRel), Figure(r.ErrorVsFloat64), Figure(r.ReferenceErrorVsFloat64),
                Figure(r.Tolerance), Verdict(r.Ok)])]);
    }

    private void ShowSteps(Terminal terminal)
    {
        if (report.Steps.Count == 0) return;
        terminal.Line($"steps: {report.Steps.Count(s => s.Ok)} of {report.Steps.Count} are within their bounds; those nearest to them:");
        terminal.Table(
            ["step", "result", "max abs", "share of bound", "ok"],
            [.. report.Steps.OrderByDescending(s => s.Share).Take(ShownRows).Select(s => (string[])[s.Place, s.Output, Figure(s.MaxAbs), Figure(s.Share), Verdict(s.Ok)])]);
    }
}
