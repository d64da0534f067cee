// Turns the JSON of `cnn parity`, one file a comparison, into tables in Markdown:  dotnet run eng/AccuracyTables.cs -- FOLDER
using System.Globalization;
using System.Text.Json;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Run[] runs = [.. Directory.GetFiles(args[0], "*.json").Order().Select(f => new Run(JsonDocument.Parse(File.ReadAllText(f)).RootElement))];

// What rounding alone does to a gradient is below; what a unit does that crosses its kink is above (docs/ACCURACY.md).
const double LeastKink = 1e-5;
string[] algorithms = ["auto", "precise", "direct", "winograd", "winograd6"];
string head = string.Join(" | ", algorithms);
string rule = string.Concat(Enumerable.Repeat("---|", algorithms.Length));

Console.WriteLine("\n### Outputs in inference: relative RMS error against float64 over ONNX Runtime's\n");
Console.WriteLine($"| network | ONNX Runtime's error | {head} |\n|---|---|{rule}");
foreach (var network in Of("output", "onnxruntime"))
{
    var any = network.First(r => r.Algorithm == "auto");
    double theirs = Rms(network.Where(r => r.Algorithm == "auto").Select(r => r.Rows("output", "onnxruntime").Single().Theirs));
    Console.WriteLine($"| {network.Key} | {theirs:0.0e-0} | " + string.Join(" | ", algorithms.Select(Cell)) + " |");

    // Errors of all seeds together, so that no lucky seed counts.
    string Cell(string algorithm)
    {
        Row[] rows = [.. network.Where(r => r.Algorithm == algorithm).Select(r => r.Rows("output", "onnxruntime").Single())];
        return rows.Length == 0 ? "" : $"{Rms(rows.Select(r => r.Ours)) / Rms(rows.Select(r => r.Theirs)):F2}";
    }
}

Console.WriteLine("\n### Gradients of parameters: error over libtorch's, row by row: median (largest)\n");
Console.WriteLine("Rows that no kink reached are those where both errors are below 1e-5; beside the medians, how many of all.\n");
Console.WriteLine($"| network | rows a seed | seeds | all rows: auto | precise | no kink: {head} |\n|---|---|---|---|---|{rule}");
foreach (var network in Of("gradient", "libtorch"))
{
    Run[] first = [.. network.Where(r => r.Algorithm == "auto")];
    int rows = first.Sum(r => r.Rows("gradient", "libtorch").Count()) / first.Length;
    Console.WriteLine(
        $"| {network.Key} | {rows} | {first.Length} | {AllRows("auto")} | {AllRows("precise")} | " + string.Join(" | ", algorithms.Select(Untouched)) + " |");

    string AllRows(string algorithm) => Spread(Gradients(algorithm));

    string Untouched(string algorithm)
    {
        Row[] all = [.. Gradients(algorithm)], untouched = [.. all.Where(r => Math.Max(r.Ours, r.Theirs) < LeastKink)];
        return all.Length == 0 ? "" : $"{Spread(untouched)} of {untouched.Length}/{all.Length}";
    }

    IEnumerable<Row> Gradients(string algorithm) => network.Where(r => r.Algorithm == algorithm).SelectMany(r => r.Rows("gradient", "libtorch")).Where(r => r.Theirs > 0);
}

static string Spread(IEnumerable<Row> rows)
{
    double[] ratios = [.. rows.Select(r => r.Ours / r.Theirs)];
    return ratios.Length == 0 ? "" : $"{Median(ratios):F2} ({ratios.Max():G2})";
}

IEnumerable<IGrouping<string, Run>> Of(string quantity, string engine) =>
    runs.Where(r => r.Rows(quantity, engine).Any()).Where(r => quantity != "output" || !r.Rows("gradient", engine).Any()).GroupBy(r => r.Model);

static double Rms(IEnumerable<double> errors) => Math.Sqrt(errors.Average(e => e * e));

static double Median(IEnumerable<double> numbers)
{
    double[] sorted = [.. numbers.Order()];
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

internal sealed record Row(double Ours, double Theirs);

internal sealed record Run(JsonElement Json)
{
    public string Model => Json.GetProperty("model").GetString()!;
    public string Algorithm => Json.GetProperty("algorithm").GetString()!;

    public IEnumerable<Row> Rows(string quantity, string engine) =>
        from row in Json.GetProperty("comparisons").EnumerateArray()
        where row.GetProperty("quantity").GetString() == quantity && row.GetProperty("against").GetString() == engine
        select new Row(row.GetProperty("error_vs_float64").GetDouble(), row.GetProperty("reference_error_vs_float64").GetDouble());
}
