using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cli.Plumbing;
using Cli.Reports;
using Cli.Runs;
using Framework.Errors;
using Interop.LibTorch;
using Interop.OnnxRuntime;
using Validation.Engines;
using Validation.Parity;

namespace Cli.Commands;

/// <summary><c>cnn parity</c>: outputs and gradients beside other engines'.</summary>
internal static class ParityCommand
{
    private static readonly string[] s_engines = [ParityOptions.Float64, "onnxruntime", "libtorch"];

    public static Command Create()
    {
        var model = new Option<string>("--model") { HelpName = "NAME|FILE.onnx", Description = "A known network (with the seed's weights), a file, or a run's folder.", Required = true };
        var batch = Options.AtLeast("--batch", 1, "N", "Images in the batch; 2 by default.");
        var gradients = new Option<bool>("--gradients") { Description = "Compare loss and gradients in training too; otherwise outputs in inference." };
        var activations = new Option<bool>("--activations") { Description = "Compare every value between input and output as well, and name the first that is off." };
        var against = new Option<string>("--against") { HelpName = "ENGINES", Description = $"What to compare with, of {string.Join(",", s_engines)}; float64 by default.", DefaultValueFactory = _ => ParityOptions.Float64 };
        var algorithm = Options.Algorithm();
        var only = new Option<string?>("--only") { HelpName = "ROW", Description = "Only the rows, or the steps of the node, of this name." };
        var report = new Option<string?>("--report") { HelpName = "FILE.html", Description = "Write a page with all rows and a plot of the error by layer." };
        var (seed, threads, json) = (Options.Seed(), Options.Threads(), Options.Json());
        var command = new DocumentedCommand(
            "parity",
            "Compares outputs and gradients with float64 and with other engines.",
            "cnn parity --model lenet5 --gradients --against float64,onnxruntime,libtorch --report lenet5.html",
            """
            Judged is (a) every step by itself, on float64 operands, by a bound derived from the number of roundings; (b) the whole run: our error against
            float64 is at most four times the larger of libtorch's and that of float64 runs whose every step is rounded to single precision; (c) the slope
            of the loss along a random direction, by differences in float64. Exit code 1 where a check does not hold.
            """)
        { model, batch, gradients, activations, against, algorithm, only, report, seed, threads, json };
        command.SetAction(parsed => Run(
            new ParityRequest(
                parsed.GetValue(model)!,
                parsed.GetValue(batch) ?? 2,
                parsed.GetValue(gradients),
                parsed.GetValue(activations),
                Options.Engines(parsed.GetValue(against)!, s_engines),
                parsed.GetValue(algorithm) ?? "auto",
                parsed.GetValue(seed) ?? 1,
                parsed.GetValue(threads) ?? 0,
                parsed.GetValue(only)),
            parsed.GetValue(report),
            new JsonOutput(parsed.GetValue(json))));
        return command;
    }

    private static int Run(ParityRequest request, string? page, JsonOutput json)
    {
        OutputPath.CheckFile(page, "--report");
        var terminal = json.Terminal;
        var clock = Stopwatch.StartNew();
        IEngine[] engines = [.. request.Against.Where(e => e != ParityOptions.Float64).Select(e => Engine(e, request.Threads))];
        var report = ParityRun.Run(Problem(request), new ParityOptions
        {
            Engines = engines,
            AgainstFloat64 = request.Against.Contains(ParityOptions.Float64),
            Algorithm = Options.AlgorithmOf(request.Algorithm),
            Threads = request.Threads,
            Only = request.Only,
            Seed = request.Seed,
            Progress = what => terminal.Line($"[{Seconds(clock)}] {what}"),
        });
        if (report.Rows.Count + report.Steps.Count == 0)
            throw new UsageException($"--only {request.Only}", "no row and no node has this name.", "The names are those of the table without --only.");
        var text = new ParityText(request, report);
        text.Show(terminal);
        terminal.Line($"[{Seconds(clock)}] {(report.Ok ? "every check held" : "a check did not hold")}: {report.Rows.Count} rows, {report.Steps.Count} steps, {report.Disturbances} disturbed runs.");
        if (page is not null)
        {
            ParityPage.Write(page, request, report);
            terminal.Line($"Wrote {page}");
        }

        json.Write(ParityFigures.Of(request, report), FiguresJson.Default.ParityFigures);
        return report.Ok ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static ParityProblem Problem(ParityRequest request)
    {
        var network = ModelSource.Open(request.Model, request.Seed, heads: request.Gradients).Graph;
        var problem = request.Gradients
            ? ParityProblem.Training(network, request.Batch, request.Seed)
            : ParityProblem.Inference(network, request.Batch, request.Seed);
        return request.Activations ? problem.WithActivations() : problem;
    }

    // An engine that is absent is missed at once, not after the others have run.
    private static IEngine Engine(string name, int threads)
    {
        if (name == "libtorch")
        {
            _ = TorchRuntime.Find();
            return new LibTorchEngine(threads: threads);
        }

        _ = OrtRuntime.Find();
        return RunnerEngine.OnnxRuntime(threads);
    }

    private static string Seconds(Stopwatch clock) => clock.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
}
