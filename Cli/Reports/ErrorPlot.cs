using System.Globalization;
using System.Text;
using Validation.Parity;

namespace Cli.Reports;

/// <summary>
/// The error against float64 by layer, on a logarithmic scale: ours beside the other engines' and that of rounding alone. Places across are
/// percentages, so that the plot takes the width it is given and its letters keep their size.
/// </summary>
internal sealed class ErrorPlot
{
    private const int Height = 300, Top = 10, Bottom = 10;

    // A result that is right to the last bit has no place on a logarithmic scale; it stands where the smallest rounding would.
    private const double Least = 1e-9;

    private const int WideLabels = 8, NarrowLabels = 3;

    private readonly string _title;
    private readonly string[] _layers;
    private readonly List<Series> _series = [];
    private readonly HashSet<int> _failing;
    private readonly int _lowest;
    private readonly int _highest;

    private ErrorPlot(string title, IReadOnlyList<ParityRow> rows)
    {
        _title = title;
        _layers = [.. rows.Select(r => r.Name).Distinct()];
        var at = _layers.Index().ToDictionary(l => l.Item, l => l.Index);
        _failing = [.. rows.Where(r => !r.Ok).Select(r => at[r.Name])];
        Add("cnn", rows.DistinctBy(r => r.Name).Select(r => (at[r.Name], r.ErrorVsFloat64)));
        foreach (string engine in (string[])["onnxruntime", "libtorch", ParityOptions.Float64])
        {
            Add(
                engine == ParityOptions.Float64 ? "rounding of each step" : engine,
                rows.Where(r => r.Against == engine).Select(r => (at[r.Name], r.ReferenceErrorVsFloat64)));
        }

        double[] errors = [.. _series.SelectMany(s => s.Points).Select(p => p.Error)];
        _lowest = (int)Math.Floor(Math.Log10(errors.Min()));
        _highest = Math.Max(_lowest + 1, (int)Math.Ceiling(Math.Log10(errors.Max())));
    }

    /// <summary>The plots of a comparison: one of activations and outputs, one of gradients, where there are any.</summary>
    public static IEnumerable<string> All(ParityReport report)
    {
        List<ParityRow> gradients = [.. report.Rows.Where(r => r.Quantity == Quantity.Gradient)];
        List<ParityRow> values = [.. report.Rows.Where(r => r.Quantity is Quantity.Activation or Quantity.Output)];
        if (gradients.Count > 0) yield return new ErrorPlot("Error of the gradients by layer", gradients).Write();
        if (values.Count > 0) yield return new ErrorPlot("Error of the values by layer", values).Write();
    }

    private void Add(string name, IEnumerable<(int Layer, double Error)> points)
    {
        List<(int Layer, double Error)> shown = [.. points.Select(p => (p.Layer, Math.Max(Least, p.Error)))];
        if (shown.Count > 0) _series.Add(new Series(name, _series.Count == 0 ? 0 : name switch { "onnxruntime" => 1, "libtorch" => 2, _ => 3 }, shown));
    }

    private string Write()
    {
        var text = new StringBuilder();
        text.AppendLine($"<h2>{_title}</h2>").AppendLine("<figure>").AppendLine("<div class=\"plot\">");
        text.AppendLine(Invariant($"<svg width=\"100%\" height=\"{Height + 24}\" aria-hidden=\"true\">"));
        for (int power = _lowest; power <= _highest; power++) text.AppendLine(Invariant($"<text x=\"90%\" y=\"{Y(power) + 4:0.#}\" text-anchor=\"end\">1e{power}</text>"));
        text.AppendLine("</svg>");
        text.AppendLine(Invariant($"<svg width=\"100%\" height=\"{Height + 24}\" role=\"img\" aria-label=\"{_title}, relative root mean square against float64, logarithmic\">"));
        for (int power = _lowest; power <= _highest; power++) text.AppendLine(Invariant($"<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{Y(power):0.#}\" y2=\"{Y(power):0.#}\"/>"));
        Labels(text, WideLabels, "wide");
        Labels(text, NarrowLabels, "narrow");
        foreach (var series in Enumerable.Reverse(_series)) Draw(text, series);
        foreach (int layer in _failing) text.AppendLine(Invariant($"<circle class=\"off\" cx=\"{X(layer):0.##}%\" cy=\"{Y(OfOurs(layer)):0.#}\" r=\"6\"/>"));
        text.AppendLine("</svg>").AppendLine("</div>").AppendLine("<ul class=\"legend\">");
        foreach (var s in _series) text.AppendLine($"<li><svg width=\"28\" height=\"12\" aria-hidden=\"true\"><line class=\"series s{s.Style}\" x1=\"0\" x2=\"28\" y1=\"6\" y2=\"6\"/><circle class=\"s{s.Style}\" cx=\"14\" cy=\"6\" r=\"3\"/></svg>{s.Name}</li>");
        text.AppendLine("</ul>").AppendLine($"<figcaption>Root mean square of the difference from float64 over that of the float64 result, {_layers.Length} rows in the network's order{(_failing.Count > 0 ? "; rings mark what does not hold" : "")}.</figcaption>");
        return text.Append("</figure>").ToString();
    }

    private void Draw(StringBuilder text, Series series)
    {
        for (int i = 1; i < series.Points.Count; i++)
        {
            var (a, b) = (series.Points[i - 1], series.Points[i]);
            text.AppendLine(Invariant($"<line class=\"series s{series.Style}\" x1=\"{X(a.Layer):0.##}%\" y1=\"{Y(Math.Log10(a.Error)):0.#}\" x2=\"{X(b.Layer):0.##}%\" y2=\"{Y(Math.Log10(b.Error)):0.#}\"/>"));
        }

        foreach (var (layer, error) in series.Points)
        {
            string tip = Page.Escaped($"{_layers[layer]}, {series.Name}: {ParityText.Figure(error)}");
            text.AppendLine(Invariant($"<circle class=\"s{series.Style}\" cx=\"{X(layer):0.##}%\" cy=\"{Y(Math.Log10(error)):0.#}\" r=\"{(_layers.Length > 60 ? 1.5 : 3)}\"><title>{tip}</title></circle>"));
        }
    }

    // The first of so many equal parts of the layers, by their names, shortened to what fits.
    private void Labels(StringBuilder text, int count, string form)
    {
        int shown = Math.Min(count, _layers.Length), fits = form == "wide" ? 22 : 14;
        for (int i = 0; i < shown; i++)
        {
            int layer = shown == 1 ? 0 : (int)((long)i * (_layers.Length - 1) / (shown - 1));
            string name = _layers[layer].Length <= fits ? _layers[layer] : $"…{_layers[layer][^(fits - 1)..]}";
            string anchor = i == 0 ? "start" : i == shown - 1 ? "end" : "middle";
            text.AppendLine(Invariant($"<text class=\"{form}\" x=\"{(i == 0 ? 0 : i == shown - 1 ? 100 : X(layer)):0.##}%\" y=\"{Height + 18}\" text-anchor=\"{anchor}\">{Page.Escaped(name)}</text>"));
        }
    }

    private double OfOurs(int layer) => Math.Log10(_series[0].Points.First(p => p.Layer == layer).Error);

    private double X(int layer) => _layers.Length == 1 ? 50 : 1 + (98.0 * layer / (_layers.Length - 1));

    private double Y(double power) => Top + ((_highest - power) / (_highest - _lowest) * (Height - Top - Bottom));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Series(string Name, int Style, IReadOnlyList<(int Layer, double Error)> Points);
}
