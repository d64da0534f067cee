using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cli.Plumbing;
using Cli.Runs;
using Cli.Terminals;
using Framework.Errors;
using Validation.Engines;
using Validation.Parity;

namespace Cli.Commands;

/// <summary><c>cnn parity</c>: outputs and gradients beside other engines'.</summary>
internal static class ParityCommand
{
    // So many rows of each kind go to the terminal, the worst first; the JSON has all of them.
    private const int ShownRows = 12;

    private static readonly string[] s_known = [ParityOptions.Float64, "onnxruntime", "libtorch"];

    public static Command Create()
    {
        var model = new Option<string>("--model") { HelpName = "NAME|FILE.onnx", Description = "A known network (with the seed's weights), a file, or a run's folder.", Required = true };
        var batch = Options.AtLeast("--batch", 1, "N", "Images in the batch; 2 by default.");
        var gradients = new Option<bool>("--gradients") { Description = "Compare loss and gradients in training too; otherwise outputs in inference." };
        var against = new Option<string>("--against") { HelpName = "ENGINES", Description = $"What to compare with, of {string.Join(",", s_known)}; float64 by default.", DefaultValueFactory = _ => ParityOptions.Float64 };
        var only = new Option<string?>("--only") { HelpName = "ROW", Description = "Only the rows, or the steps of the node, of this name." };
        var (seed, threads, json) = (Options.Seed(), Options.Threads(), Options.Json());
        var command = new DocumentedCommand(
            "parity",
            "Compares outputs and gradients with float64 and with other engines.",
            "cnn parity --model lenet5 --gradients --against float64,onnxruntime,libtorch",
            """
            Judged is (a) every step by itself, on float64 operands, by a bound derived from the number of roundings; (b) the whole run: our error against
            float64 is at most four times the larger of libtorch's and that of a float64 run whose every step is rounded to single precision; (c) the slope
            of the loss along a random direction, by differences in float64. Exit code 1 where a check does not hold.
            """)
        { model, batch, gradients, against, only, seed, threads, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(model)!,
            new Settings(
                parsed.GetValue(batch) ?? 2,
                parsed.GetValue(gradients),
                Engines(parsed.GetValue(against)!),
                parsed.GetValue(only),
                parsed.GetValue(seed) ?? 1,
                parsed.GetValue(threads) ?? 0),
            new JsonOutput(parsed.GetValue(json))));
        return command;
    }

    private static string[] Engines(string list)
    {
        string[] names = list.Split(',', StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(n => !s_known.Contains(n)) is { } unknown)
            throw new UsageException($"--against {list}", $"'{unknown}' is no engine.", $"Known are {string.Join(", ", s_known)}.");
        return names;
    }

    private static int Run(string name, Settings settings, JsonOutput json)
    {
        var terminal = json.Terminal;
        var clock = Stopwatch.StartNew();
        var network = ModelSource.Open(name, settings.Seed, heads: settings.Gradients).Graph;
        var problem = settings.Gradients
            ? ParityProblem.Training(network, settings.Batch, settings.Seed)
            : ParityProblem.Inference(network, settings.Batch, settings.Seed);
        var report = ParityRun.Run(problem, new ParityOptions
        {
            Engines = [.. settings.Against.Where(e => e != ParityOptions.Float64).Select(e => Engine(e, settings.Threads))],
            AgainstFloat64 = settings.Against.Contains(ParityOptions.Float64),
            Threads = settings.Threads,
            Only = settings.Only,
            Seed = settings.Seed,
            Progress = what => terminal.Line($"[{Seconds(clock)}] {what}"),
        });
        Show(terminal, report, name, settings);
        terminal.Line($"[{Seconds(clock)}] {(report.Ok ? "every check held" : "a check did not hold")}: {report.Rows.Count} rows, {report.Steps.Count} steps.");
        json.Write(ParityFigures.Of(name, settings.Batch, settings.Seed, report), FiguresJson.Default.ParityFigures);
        return report.Ok ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static IEngine Engine(string name, int threads) => name == "libtorch" ? new LibTorchEngine(threads: threads) : RunnerEngine.OnnxRuntime(threads);

    private static void Show(Terminal terminal, ParityReport report, string model, Settings settings)
    {
        foreach (var group in report.Rows.GroupBy(r => r.Against))
        {
            var worst = group.OrderBy(r => r.Ok).ThenByDescending(r => r.RmsRel / r.Tolerance).Take(ShownRows);
            terminal.Line($"{group.Key}: {group.Count(r => r.Ok)} of {group.Count()} rows hold; those nearest to their tolerance:");
            terminal.Table(
                ["quantity", "name", "max abs", "rms rel", "error vs float64", "reference error", "tolerance", "ok"],
                [.. worst.Select(r => (string[])[
                    $"{r.Quantity}".ToLowerInvariant(), r.Name, Text(r.MaxAbs), Text(r.RmsRel), Text(r.ErrorVsFloat64), Text(r.ReferenceErrorVsFloat64), Text(r.Tolerance),
                    r.Ok ? "ok" : "FAILED"])]);
        }

        if (report.Steps.Count > 0)
        {
            terminal.Line($"steps: {report.Steps.Count(s => s.Ok)} of {report.Steps.Count} are within their bounds; those nearest to them:");
            terminal.Table(
                ["step", "result", "max abs", "share of bound", "ok"],
                [.. report.Steps.OrderByDescending(s => s.Share).Take(ShownRows).Select(s => (string[])[s.Place, s.Output, Text(s.MaxAbs), Text(s.Share), s.Ok ? "ok" : "FAILED"])]);
        }

        if (report.OracleError is { } oracle) terminal.Line($"float64 against libtorch's float64: {Text(oracle)} at most (tolerance {Text(ParityReport.OracleTolerance)})");
        if (report.Directional is { } d)
            terminal.Line($"slope along a random direction: {d.Difference:G9} by differences, {d.Gradient:G9} by the gradient (tolerance {Text(d.Tolerance)}): {(d.Ok ? "ok" : "FAILED")}");

        string gradients = settings.Gradients ? " --gradients" : "";
        foreach (string failing in report.Rows.Where(r => !r.Ok).Select(r => r.Name).Concat(report.Steps.Where(s => !s.Ok).Select(s => s.Place.Split(' ')[0])).Distinct().Take(ShownRows))
        {
            terminal.Line($"To see it again: cnn parity --model {model} --batch {settings.Batch} --seed {settings.Seed}{gradients} --against {string.Join(',', settings.Against)} --only {failing}");
        }
    }

    private static string Seconds(Stopwatch clock) => clock.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("G3", CultureInfo.InvariantCulture);

    private sealed record Settings(int Batch, bool Gradients, string[] Against, string? Only, long Seed, int Threads);
}
