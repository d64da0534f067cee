using System.Globalization;
using System.Net;
using System.Text;
using Framework.Data.Images;
using Framework.Files;

namespace Framework.Seeing;

/// <summary>A page of pictures and numbers with captions, in one file that asks no host for anything; light or dark as its reader has it.</summary>
/// <param name="title">Its title.</param>
public sealed class SeeingPage(string title)
{
    private const string Style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 75rem; margin: 0 auto; padding: 1rem; }
        figure { display: inline-block; margin: .5rem 1rem .5rem 0; vertical-align: top; max-width: 100%; }
        img { image-rendering: pixelated; max-width: 100%; min-width: 8rem; height: auto; }
        figcaption { font-size: .85rem; opacity: .8; }
        .wide { overflow-x: auto; max-width: 100%; }
        table { border-collapse: collapse; font: .75rem/1 ui-monospace, monospace; }
        td { padding: .3rem; min-width: 2.2em; text-align: right; }
        """;

    private readonly StringBuilder _body = new();

    /// <summary>Begins a part.</summary>
    public SeeingPage Heading(string heading, string? text = null)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<h2>{Escape(heading)}</h2>\n");
        if (text is not null) _body.Append(CultureInfo.InvariantCulture, $"<p>{Escape(text)}</p>\n");
        return this;
    }

    /// <summary>Adds a picture.</summary>
    public SeeingPage Add(Picture picture, string caption)
    {
        _body.Append(
            CultureInfo.InvariantCulture,
            $"<figure><img src=\"{PngEncoder.DataAddress(picture)}\" alt=\"{Escape(caption)}\"><figcaption>{Escape(caption)}</figcaption></figure>\n");
        return this;
    }

    /// <summary>Adds numbers, blue where they are above 0, red where below, the stronger the greater.</summary>
    public SeeingPage Add(Grid grid)
    {
        float most = Math.Max(grid.Values.Max(Math.Abs), float.Epsilon);
        _body.Append(CultureInfo.InvariantCulture, $"<figure><div class=\"wide\"><table>\n");
        for (int row = 0; row < grid.Rows; row++)
        {
            _body.Append("<tr>");
            for (int column = 0; column < grid.Columns; column++)
            {
                float value = grid.Values[(row * grid.Columns) + column];
                _body.Append(
                    CultureInfo.InvariantCulture,
                    $"<td style=\"background:rgba({(value < 0 ? "220,60,40" : "40,110,220")},{Math.Abs(value) / most * 0.7:F2})\">{value:0.##}</td>");
            }

            _body.Append("</tr>\n");
        }

        _body.Append(CultureInfo.InvariantCulture, $"</table></div><figcaption>{Escape(grid.Caption)}</figcaption></figure>\n");
        return this;
    }

    /// <summary>Adds the steps of a play.</summary>
    public SeeingPage Add(IReadOnlyList<PlayStep> steps)
    {
        foreach (var step in steps)
        {
            Heading(step.Title, step.Explanation);
            foreach (var grid in step.Grids) Add(grid);
        }

        return this;
    }

    /// <summary>Adds labelled points of the plane, see <see cref="Tsne"/>.</summary>
    /// <param name="points">Two numbers for each point, side by side.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="names">What the classes are called.</param>
    public SeeingPage AddPoints(ReadOnlySpan<float> points, IReadOnlyList<int> labels, IReadOnlyList<string> names)
    {
        const int Size = 1000;
        float most = float.Epsilon;
        foreach (float p in points) most = Math.Max(most, Math.Abs(p));
        _body.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"{-Size} {-Size} {2 * Size} {2 * Size}\" role=\"img\" style=\"width:100%;max-height:90vh\">\n");
        for (int i = 0; i < labels.Count; i++)
        {
            string name = Escape(labels[i] < names.Count ? names[labels[i]] : $"{labels[i]}");
            _body.Append(
                CultureInfo.InvariantCulture,
                $"<circle cx=\"{points[2 * i] / most * Size * 0.97:F0}\" cy=\"{points[(2 * i) + 1] / most * Size * 0.97:F0}\" r=\"12\" fill=\"{Colour(labels[i])}\"><title>{name}</title></circle>\n");
        }

        _body.Append("</svg>\n<p>");
        foreach (int label in labels.Distinct().Order())
            _body.Append(CultureInfo.InvariantCulture, $"<span style=\"color:{Colour(label)}\">&#9679;</span> {Escape(label < names.Count ? names[label] : $"{label}")} ");
        _body.Append("</p>\n");
        return this;

        // The golden angle keeps neighbours apart.
        static string Colour(int label) => string.Create(CultureInfo.InvariantCulture, $"hsl({label * 137.5 % 360:F0} 70% 50%)");
    }

    /// <summary>Writes the page; never half of one.</summary>
    public void Save(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToString())));

    /// <summary>The page's text.</summary>
    public override string ToString() =>
        $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        + $"<link rel=\"icon\" href=\"data:,\"><title>{Escape(title)}</title><style>\n{Style}\n</style></head><body>\n<h1>{Escape(title)}</h1>\n{_body}</body></html>\n";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
