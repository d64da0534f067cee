using System.Globalization;
using System.Net;
using System.Text;
using Framework.Files;

namespace Cli.Reports;

/// <summary>A page that needs nothing beside itself: no script, no request to any host; light or dark as its reader likes it.</summary>
internal sealed class Page
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
        .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: .5rem 0 0; list-style: none; font-size: .875rem; } .legend svg { display: inline-block; vertical-align: middle; margin-right: .4rem; }
        @media (max-width: 900px) { body { padding: .75rem; } .wide { display: none; } }
        @media (min-width: 901px) { .narrow { display: none; } }
        """;

    private readonly StringBuilder _text = new();

    /// <summary>Begins a page.</summary>
    /// <param name="title">Its title and heading.</param>
    /// <param name="style">What its own parts look like, beside those that all pages have.</param>
    public Page(string title, string style = "") => _text.Append(CultureInfo.InvariantCulture, $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Escaped(title)}</title>
        <style>
        {Style}
        {style}
        </style>
        </head>
        <body>
        <h1>{Escaped(title)}</h1>

        """);

    /// <summary>Adds markup.</summary>
    public Page Add(string markup)
    {
        _text.AppendLine(markup);
        return this;
    }

    /// <summary>Adds a table; cells are markup, and numbers stand to the right.</summary>
    public Page Table(string title, IReadOnlyList<string> head, IReadOnlyList<string[]> rows)
    {
        _text.AppendLine($"<h2>{title}</h2>").AppendLine("<div class=\"scroll\" tabindex=\"0\">").AppendLine("<table>");
        _text.AppendLine($"<thead><tr>{string.Concat(head.Select(h => $"<th scope=\"col\">{h}</th>"))}</tr></thead>").AppendLine("<tbody>");
        foreach (string[] row in rows)
            _text.AppendLine($"<tr>{string.Concat(row.Select(c => double.TryParse(c, CultureInfo.InvariantCulture, out _) ? $"<td class=\"n\">{c}</td>" : $"<td>{c}</td>"))}</tr>");
        _text.AppendLine("</tbody>").AppendLine("</table>").AppendLine("</div>");
        return this;
    }

    /// <summary>Text that may stand in a page.</summary>
    public static string Escaped(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Writes the page, whole or not at all.</summary>
    public void Write(string path)
    {
        byte[] page = Encoding.UTF8.GetBytes(ToString());
        AtomicFile.Write(path, stream => stream.Write(page));
    }

    /// <inheritdoc/>
    public override string ToString() => _text + "</body>\n</html>\n";
}
