using System.Globalization;
using System.Text;

namespace Cli.Reports;

/// <summary>A line of a plot: what it is called, and its values by epoch, from the first on.</summary>
internal sealed record Curve(string Name, IReadOnlyList<double> Values);

/// <summary>
/// Curves over epochs. Places across are percentages, so that the plot takes the width it is given and its letters keep their size.
/// </summary>
internal sealed class CurvePlot
{
    private const int Height = 240, Top = 10, Bottom = 10, Lines = 5, MostLabels = 8;

    private readonly string _title;
    private readonly IReadOnlyList<Curve> _curves;
    private readonly Func<double, string> _figure;
    private readonly int _epochs;
    private readonly double _lowest;
    private readonly double _highest;

    /// <summary>Makes a plot.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="curves">The curves; those without a value are left out.</param>
    /// <param name="figure">How a value is written.</param>
    public CurvePlot(string title, IReadOnlyList<Curve> curves, Func<double, string> figure)
    {
        _title = title;
        _curves = [.. curves.Where(c => c.Values.Count > 0)];
        _figure = figure;
        _epochs = _curves.Max(c => c.Values.Count);
        double[] values = [.. _curves.SelectMany(c => c.Values)];
        (_lowest, _highest) = (values.Min(), values.Max());
        if (_highest > _lowest) return;
        (_lowest, _highest) = (_lowest - 1, _highest + 1);
    }

    /// <summary>The markup.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine($"<h2>{_title}</h2>").AppendLine("<figure>").AppendLine("<div class=\"plot\">");
        text.AppendLine(Invariant($"<svg width=\"100%\" height=\"{Height + 24}\" aria-hidden=\"true\">"));
        foreach (double value in GridLines()) text.AppendLine(Invariant($"<text x=\"90%\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{_figure(value)}</text>"));
        text.AppendLine("</svg>");
        text.AppendLine(Invariant($"<svg width=\"100%\" height=\"{Height + 24}\" role=\"img\" aria-label=\"{_title} by epoch\">"));
        foreach (double value in GridLines()) text.AppendLine(Invariant($"<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\"/>"));
        foreach (int epoch in Labels()) text.AppendLine(Invariant($"<text x=\"{X(epoch):0.##}%\" y=\"{Height + 18}\" text-anchor=\"{Anchor(epoch)}\">{epoch + 1}</text>"));
        for (int i = 0; i < _curves.Count; i++) Draw(text, _curves[i], i);
        text.AppendLine("</svg>").AppendLine("</div>").AppendLine("<ul class=\"legend\">");
        for (int i = 0; i < _curves.Count; i++)
            text.AppendLine($"<li><svg width=\"28\" height=\"12\" aria-hidden=\"true\"><line class=\"series s{i}\" x1=\"0\" x2=\"28\" y1=\"6\" y2=\"6\"/></svg>{_curves[i].Name}, {_figure(_curves[i].Values[^1])} at last</li>");
        return text.AppendLine("</ul>").Append("</figure>").ToString();
    }

    private void Draw(StringBuilder text, Curve curve, int style)
    {
        for (int i = 0; i < curve.Values.Count; i++)
        {
            if (i > 0) text.AppendLine(Invariant($"<line class=\"series s{style}\" x1=\"{X(i - 1):0.##}%\" y1=\"{Y(curve.Values[i - 1]):0.#}\" x2=\"{X(i):0.##}%\" y2=\"{Y(curve.Values[i]):0.#}\"/>"));
            text.AppendLine(Invariant($"<circle class=\"s{style}\" cx=\"{X(i):0.##}%\" cy=\"{Y(curve.Values[i]):0.#}\" r=\"2.5\"><title>{curve.Name}, epoch {i + 1}: {_figure(curve.Values[i])}</title></circle>"));
        }
    }

    private IEnumerable<double> GridLines() => Enumerable.Range(0, Lines).Select(i => _lowest + ((_highest - _lowest) * i / (Lines - 1)));

    private IEnumerable<int> Labels()
    {
        int shown = Math.Min(MostLabels, _epochs);
        return Enumerable.Range(0, shown).Select(i => shown == 1 ? 0 : (int)((long)i * (_epochs - 1) / (shown - 1))).Distinct();
    }

    // The last label would hang over the edge of a narrow page.
    private string Anchor(int epoch) => epoch > 0 && epoch == _epochs - 1 ? "end" : "middle";

    private double X(int epoch) => _epochs == 1 ? 50 : 2 + (96.0 * epoch / (_epochs - 1));

    private double Y(double value) => Top + ((_highest - value) / (_highest - _lowest) * (Height - Top - Bottom));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
