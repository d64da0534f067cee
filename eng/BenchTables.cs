// Turns the JSON of `cnn bench`, one file a measurement, into tables in Markdown:  dotnet run eng/BenchTables.cs -- FOLDER
using System.Globalization;
using System.Text.Json;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
JsonElement[] measured = [.. Directory.GetFiles(args[0], "*.json").Order().Select(f => JsonDocument.Parse(File.ReadAllText(f)).RootElement)];
foreach (var table in measured.GroupBy(m => (Mode: Text(m, "mode"), Batch: m.GetProperty("batch").GetInt32())).OrderBy(g => g.Key))
{
    string engine = Text(table.First().GetProperty("against")[0], "engine");
    Console.WriteLine($"\n### {(table.Key.Mode == "train" ? "Training step" : "Inference")}, batch {table.Key.Batch}, against {engine}\n");
    Console.WriteLine("| network | ours, ms | theirs, ms | ratio (min, median, max) | images/s | share of FMA peak | of reading | load ms, ours / theirs | peak MB, ours / theirs |");
    Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
    foreach (var m in table)
    {
        var (other, machine) = (m.GetProperty("against")[0], m.GetProperty("machine"));
        Console.WriteLine(
            $"| {Text(m, "model")} | {Median(m, "ours_ms"):F1} | {Median(other, "ms"):F1} | {Spread(other, "ratio")} | {Number(m, "images_per_second"):F0} | " +
            $"{Number(m, "gflops") / Number(machine, "peak_gflops"):P0} | {Number(m, "gb_per_second") / Number(machine, "read_gb_per_second"):P0} | {Number(m, "load_ms"):F0} / {Number(other, "load_ms"):F0} | " +
            $"{Number(m, "peak_rss_mb"):F0} / {Number(other, "peak_rss_mb"):F0} |");
    }
}

var machines = measured.Select(m => m.GetProperty("machine")).ToArray();
Console.WriteLine(
    $"\nMeasured beside: {Range(machines, "peak_gflops")} GFLOP/s of multiply-adds alone ({Text(machines[0], "instruction_set")}), " +
    $"reads at {Range(machines, "read_gb_per_second")} GB/s, with {measured[0].GetProperty("threads")} threads; " +
    $"{measured.Max(m => m.GetProperty("allocated_bytes_per_run").GetInt64())} bytes allocated a run at most.");

static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;
static double Number(JsonElement e, string name) => e.GetProperty(name).GetDouble();
static double Median(JsonElement e, string name) => Number(e.GetProperty(name), "median");
static string Spread(JsonElement e, string name) =>
    $"{Number(e.GetProperty(name), "min"):F2}, **{Median(e, name):F2}**, {Number(e.GetProperty(name), "max"):F2}";
static string Range(JsonElement[] all, string name) => $"{all.Min(m => Number(m, name)):F0} to {all.Max(m => Number(m, name)):F0}";
