using System.Globalization;
using System.Net;
using System.Text;
using Framework.Files;
using Validation.Parity;

namespace Cli.Reports;

/// <summary>A comparison as a page that needs nothing beside itself: verdicts, a plot of the error by layer, all rows.</summary>
internal static class ParityPage
{
    private const string Style = """
        :root { color-scheme: light dark; --page: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --good: #1a7f37; --bad: #c62828;
          --s0: #0b62d6; --s1: #b35900; --s2: #7b3fb5; --s3: #5c6670; }
        @media (prefers-color-scheme: dark) { :root { --page: #14181d; --ink: #e6e9ec; --soft: #9aa5b1; --line: #39424c; --good: #4cc26b; --bad: #ff7b72;
          --s0: #6cb0ff; --s1: #f0a04b; --s2: #c79bf2; --s3: #a7b0ba; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 90rem; padding: 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
        .ok { color: var(--good); } .bad { color: var(--bad); font-weight: 600; } .soft { color: var(--soft); }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; }
        th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
        code { font: .8125rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: normal; } td code { display: block; min-width: 18rem; }
        figure { margin: 1rem 0 0; } figcaption { color: var(--soft); font-size: .875rem; margin-top: .5rem; } svg { display: block; } svg text { fill: var(--soft); font-size: 12px; }
        .plot { display: grid; grid-template-columns: 3.25rem 1fr; } .grid { stroke: var(--line); } .series { stroke-width: 1.5; fill: none; }
        .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); } .s3 { stroke: var(--s3); stroke-dasharray: 5 4; }
        circle.s0 { fill: var(--s0); } circle.s1 { fill: var(--s1); } circle.s2 { fill: var(--s2); } circle.s3 { fill: none; stroke-dasharray: none; }
        circle.off { fill: none; stroke: var(--bad); stroke-width: 2; }
        .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: .5rem 0 0; list-style: none; font-size: .875rem; } .legend svg { display: inline-block; vertical-align: middle; margin-right: .4rem; }
        @media (max-width: 900px) { body { padding: .75rem; } .wide { display: none; } }
        @media (min-width: 901px) { .narrow { display: none; } }
        """;

    /// <summary>Writes the page, whole or not at all.</summary>
    public static void Write(string path, ParityRequest request, ParityReport report)
    {
        byte[] page = Encoding.UTF8.GetBytes(Text(request, report));
        AtomicFile.Write(path, stream => stream.Write(page));
    }

    /// <summary>The page.</summary>
    public static string Text(ParityRequest request, ParityReport report)
    {
        var page = new StringBuilder();
        string title = $"Parity of {request.Model}";
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Escaped(title)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{Escaped(title)}</h1>
            <p>{Verdict(report.Ok, "every check held", "a check did not hold")}; batch {request.Batch}, seed {request.Seed}, algorithm {Escaped(request.Algorithm)}, {(request.Gradients ? "outputs, loss and gradients in training" : "outputs in inference")}.</p>

            """);
        Summary(page, report);
        foreach (string plot in ErrorPlot.All(report)) page.AppendLine(plot);
        Failing(page, request, report);
        Rows(page, report);
        Steps(page, report);
        return page.AppendLine("</body>").AppendLine("</html>").ToString();
    }

    /// <summary>Text that may stand in the page.</summary>
    public static string Escaped(string text) => WebUtility.HtmlEncode(text);

    private static string Verdict(bool ok, string good = "ok", string bad = "FAILED") => $"<span class=\"{(ok ? "ok" : "bad")}\">{(ok ? good : bad)}</span>";

    private static void Summary(StringBuilder page, ParityReport report)
    {
        page.AppendLine("<ul>");
        foreach (var group in report.Rows.GroupBy(r => r.Against)) Item($"against {group.Key}: {group.Count(r => r.Ok)} of {group.Count()} rows", group.All(r => r.Ok));
        if (report.Steps.Count > 0) Item($"steps by themselves: {report.Steps.Count(s => s.Ok)} of {report.Steps.Count} within their bounds", report.Steps.All(s => s.Ok));
        if (report.OracleError is { } oracle) Item($"our float64 against libtorch's: {ParityText.Figure(oracle)} at most", oracle <= ParityReport.OracleTolerance);
        if (report.Directional is { } d)
            Item($"slope along a random direction: {ParityText.Figure(Math.Abs(d.Difference - d.Gradient))} off, {ParityText.Figure(d.Tolerance)} allowed", d.Ok);
        if (report.FirstBadActivation is { } first) Item($"first value that is off: {first.Name}", ok: false);
        page.AppendLine("</ul>");

        void Item(string text, bool ok) => page.AppendLine($"<li>{Escaped(text)}: {Verdict(ok)}</li>");
    }

    private static void Failing(StringBuilder page, ParityRequest request, ParityReport report)
    {
        var failing = report.Rows.Where(r => !r.Ok).Select(r => (Name: r.Name, What: $"{r.Quantity}".ToLowerInvariant(), By: ParityText.Figure(r.ErrorVsFloat64 / (r.Tolerance > 0 ? r.Tolerance : 1))))
            .Concat(report.Steps.Where(s => !s.Ok).Select(s => (Name: s.Node, What: "step", By: ParityText.Figure(s.Share))))
            .DistinctBy(f => (f.Name, f.What))
            .ToList();
        if (failing.Count == 0) return;
        Table(page, "What does not hold", ["what", "name", "times the bound", "to see it again"], [.. failing.Select(f => (string[])[f.What, Escaped(f.Name), f.By, $"<code>{Escaped(request.Again(f.Name))}</code>"])]);
    }

    private static void Rows(StringBuilder page, ParityReport report) => Table(
        page,
        "All rows",
        ["against", "quantity", "name", "max abs", "rms rel", "error vs float64", "reference error", "tolerance", "verdict"],
        [.. report.Rows.Select(r => (string[])[
            r.Against, $"{r.Quantity}".ToLowerInvariant(), Escaped(r.Name), ParityText.Figure(r.MaxAbs), ParityText.Figure(r.RmsRel), ParityText.Figure(r.ErrorVsFloat64),
            ParityText.Figure(r.ReferenceErrorVsFloat64), ParityText.Figure(r.Tolerance), Verdict(r.Ok)])]);

    private static void Steps(StringBuilder page, ParityReport report)
    {
        if (report.Steps.Count == 0) return;
        Table(
            page,
            "All steps",
            ["step", "result", "max abs", "share of bound", "verdict"],
            [.. report.Steps.Select(s => (string[])[Escaped(s.Place), Escaped(s.Output), ParityText.Figure(s.MaxAbs), ParityText.Figure(s.Share), Verdict(s.Ok)])]);
    }

    private static void Table(StringBuilder page, string title, IReadOnlyList<string> head, IReadOnlyList<string[]> rows)
    {
        page.AppendLine($"<h2>{title}</h2>").AppendLine("<div class=\"scroll\" tabindex=\"0\">").AppendLine("<table>");
        page.AppendLine($"<thead><tr>{string.Concat(head.Select(h => $"<th scope=\"col\">{h}</th>"))}</tr></thead>").AppendLine("<tbody>");
        foreach (string[] row in rows)
            page.AppendLine($"<tr>{string.Concat(row.Select(c => double.TryParse(c, CultureInfo.InvariantCulture, out _) ? $"<td class=\"n\">{c}</td>" : $"<td>{c}</td>"))}</tr>");
        page.AppendLine("</tbody>").AppendLine("</table>").AppendLine("</div>");
    }
}
