using Validation.Parity;

namespace Cli.Reports;

/// <summary>A comparison as a page that needs nothing beside itself: verdicts, a plot of the error by layer, all rows.</summary>
internal static class ParityPage
{
    private const string Style = "circle.off { fill: none; stroke: var(--bad); stroke-width: 2; }";

    /// <summary>Writes the page, whole or not at all.</summary>
    public static void Write(string path, ParityRequest request, ParityReport report) => Of(request, report).Write(path);

    /// <summary>The page.</summary>
    public static string Text(ParityRequest request, ParityReport report) => Of(request, report).ToString();

    private static Page Of(ParityRequest request, ParityReport report)
    {
        var page = new Page($"Parity of {request.Model}", Style);
        page.Add(
            $"<p>{Verdict(report.Ok, "every check held", "a check did not hold")}; batch {request.Batch}, seed {request.Seed}, "
            + $"algorithm {Page.Escaped(request.Algorithm)}, {(request.Gradients ? "outputs, loss and gradients in training" : "outputs in inference")}.</p>");
        Summary(page, report);
        foreach (string plot in ErrorPlot.All(report)) page.Add(plot);
        Failing(page, request, report);
        Rows(page, report);
        Steps(page, report);
        return page;
    }

    private static string Verdict(bool ok, string good = "ok", string bad = "FAILED") => $"<span class=\"{(ok ? "ok" : "bad")}\">{(ok ? good : bad)}</span>";

    private static void Summary(Page page, ParityReport report)
    {
        page.Add("<ul>");
        foreach (var group in report.Rows.GroupBy(r => r.Against)) Item($"against {group.Key}: {group.Count(r => r.Ok)} of {group.Count()} rows", group.All(r => r.Ok));
        if (report.Steps.Count > 0) Item($"steps by themselves: {report.Steps.Count(s => s.Ok)} of {report.Steps.Count} within their bounds", report.Steps.All(s => s.Ok));
        if (report.OracleError is { } oracle) Item($"our float64 against libtorch's: {ParityText.Figure(oracle)} at most", oracle <= ParityReport.OracleTolerance);
        if (report.Directional is { } d)
            Item($"slope along a random direction: {ParityText.Figure(Math.Abs(d.Difference - d.Gradient))} off, {ParityText.Figure(d.Tolerance)} allowed", d.Ok);
        if (report.FirstBadActivation is { } first) Item($"first value that is off: {first.Name}", ok: false);
        page.Add("</ul>");

        void Item(string text, bool ok) => page.Add($"<li>{Page.Escaped(text)}: {Verdict(ok)}</li>");
    }

    private static void Failing(Page page, ParityRequest request, ParityReport report)
    {
        var failing = report.Rows.Where(r => !r.Ok).Select(r => (Name: r.Name, What: $"{r.Quantity}".ToLowerInvariant(), By: $"{ParityText.Figure(r.ErrorVsFloat64)} ours, {ParityText.Figure(r.ReferenceErrorVsFloat64)} {r.Against}"))
            .Concat(report.Steps.Where(s => !s.Ok).Select(s => (Name: s.Node, What: "step", By: $"{ParityText.Figure(s.Share)} times the bound")))
            .DistinctBy(f => (f.Name, f.What))
            .ToList();
        if (failing.Count == 0) return;
        page.Table("What does not hold", ["what", "name", "error", "to see it again"], [.. failing.Select(f => (string[])[f.What, Page.Escaped(f.Name), f.By, $"<code>{Page.Escaped(request.Again(f.Name))}</code>"])]);
    }

    private static void Rows(Page page, ParityReport report) => page.Table(
        "All rows",
        ["against", "quantity", "name", "max abs", "rms rel", "error vs float64", "reference error", "tolerance", "verdict"],
        [.. report.Rows.Select(r => (string[])[
            r.Against, $"{r.Quantity}".ToLowerInvariant(), Page.Escaped(r.Name), ParityText.Figure(r.MaxAbs), ParityText.Figure(r.RmsRel), ParityText.Figure(r.ErrorVsFloat64),
            ParityText.Figure(r.ReferenceErrorVsFloat64), ParityText.Figure(r.Tolerance), Verdict(r.Ok)])]);

    private static void Steps(Page page, ParityReport report)
    {
        if (report.Steps.Count == 0) return;
        page.Table(
            "All steps",
            ["step", "result", "max abs", "share of bound", "verdict"],
            [.. report.Steps.Select(s => (string[])[Page.Escaped(s.Place), Page.Escaped(s.Output), ParityText.Figure(s.MaxAbs), ParityText.Figure(s.Share), Verdict(s.Ok)])]);
    }
}
