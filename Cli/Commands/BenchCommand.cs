using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cli.Plumbing;
using Cli.Runs;
using Cli.Terminals;
using Framework.Errors;
using Framework.Execution;
using Framework.Inspection;
using Framework.Kernels.Machine;
using Framework.Kernels.Simd;
using Framework.Threading;
using Onnx;
using Validation.Benchmarks;

namespace Cli.Commands;

/// <summary><c>cnn bench</c>: times beside other engines'.</summary>
internal static class BenchCommand
{
    private const string Infer = "infer", Train = "train";

    // A training step's backward pass is two more convolutions for each: with respect to the input, and to the weights.
    private const int PassesOfTraining = 3;

    // An engine is measured alone so often, by turns, and the medians count.
    private const int RoundsAlone = 3;

    public static Command Create()
    {
        var model = new Option<string>("--model") { HelpName = "NAME|FILE.onnx", Description = "A known network, a file, or a run's folder.", Required = true };
        var mode = Options.OneOf("--mode", "What is timed: an inference (the default), or a training step.", Infer, Train);
        var batch = Options.AtLeast("--batch", 1, "N", "Images in the batch; 1 by default.");
        var rounds = Options.AtLeast("--rounds", 1, "N", "How often each engine is measured, by turns; 15 by default.");
        var against = new Option<string?>("--against") { HelpName = "ENGINES", Description = $"Other engines, of {string.Join(",", Contenders.Others)}; none by default." };
        var explain = new Option<bool>("--explain") { Description = "Print the plan that ran." };
        var algorithm = Options.Algorithm();
        var alone = new Option<string?>("--alone") { HelpName = "ENGINE", Description = $"Only one engine ({Contenders.Own} is ours), in this process: its load time and peak memory as JSON." };
        var (threads, json) = (Options.Threads(), Options.Json());
        var command = new DocumentedCommand(
            "bench",
            "Times ours beside other engines, by turns in one process.",
            "cnn bench --model resnet18 --against onnxruntime,libtorch",
            """
            A training step is forward, loss with auxiliary heads, backward, and descent with momentum; dropout is left out of every engine's. Gradients are
            zeroed before where an engine adds to them; ours writes them anew. A ratio is the other engine's time over ours in the same round: above 1
            ours is faster. Load time (file to first result) and peak memory are medians of three processes of each engine's own. Let nothing else run
            meanwhile.
            """)
        { model, mode, batch, rounds, against, explain, algorithm, alone, threads, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(model)!,
            new Settings(
                parsed.GetValue(mode) ?? Infer,
                parsed.GetValue(batch) ?? 1,
                parsed.GetValue(rounds) ?? 15,
                parsed.GetValue(against) is { } list ? Options.Engines(list, Contenders.Others) : [],
                parsed.GetValue(threads) is > 0 and int given ? given : Environment.ProcessorCount,
                parsed.GetValue(explain),
                parsed.GetValue(algorithm),
                parsed.GetValue(alone)),
            new JsonOutput(parsed.GetValue(json))));
        return command;
    }

    private static int Run(string name, Settings settings, JsonOutput json)
    {
        if (settings.Alone is { } engine)
        {
            var cost = Alone.Measure(() => Contenders.Open(engine, settings.Work(name), settings.Session));
            Console.WriteLine(JsonSerializer.Serialize(cost, FiguresJson.Default.Alone));
            return ExitCode.Done;
        }

        using var file = new ModelFile(name, heads: settings.Training);
        var figures = Measure(name, settings.Work(file.Path), settings, json.Terminal);
        Show(json.Terminal, figures);
        json.Write(figures, FiguresJson.Default.BenchFigures);
        return ExitCode.Done;
    }

    private static BenchFigures Measure(string name, Work work, Settings settings, Terminal terminal)
    {
        string[] engines = [Contenders.Own, .. settings.Against];
        var alone = InOwnProcesses(engines, work, settings.Algorithm);
        var limits = Limits(work.Threads);
        var contenders = new List<IContender>();
        try
        {
            var own = Contenders.OpenOwn(work, settings.Session);
            contenders.Add(own);
            foreach (string engine in settings.Against) contenders.Add(Contenders.Open(engine, work));
            double[][] times = SideBySide.Measure(contenders, settings.Rounds);
            foreach (var plan in settings.Explain ? own.Plans : []) terminal.Line(Framework.Execution.Explain.Write(plan, limits));
            var ours = Spread.Of(times[0]);
            long multiplyAdds = ModelSummary.Of(OnnxModel.Load(work.File)).MultiplyAdds * work.Batch * (work.Training ? PassesOfTraining : 1);
            return new BenchFigures(
                name,
                settings.Mode,
                work.Batch,
                work.Threads,
                settings.Rounds,
                ours,
                SideBySide.AllocatedBytes(own),
                alone[0].PeakRssMb,
                alone[0].LoadMs,
                work.Batch / ours.Median * 1e3,
                2 * multiplyAdds / ours.Median / 1e6,
                own.Plans.Sum(p => p.Steps.Sum(s => (double)s.ByteCount)) / ours.Median / 1e6,
                MachineFigures.Of(limits),
                [.. Enumerable.Range(1, engines.Length - 1).Select(i => new OpponentFigures(
                    engines[i], contenders[i].Version, Spread.Of(times[i]), alone[i].LoadMs, alone[i].PeakRssMb,
                    Spread.Of([.. times[i].Zip(times[0], (theirs, own) => theirs / own)])))]);
        }
        finally
        {
            foreach (var contender in contenders) contender.Dispose();
        }
    }

    private static MachineLimits Limits(int threads)
    {
        using var pool = new WorkerPool(threads);
        return MachineLimits.Measure(pool, InstructionSet.Best);
    }

    private static Alone[] InOwnProcesses(string[] engines, Work work, string? algorithm)
    {
        Alone[][] rounds = [.. Enumerable.Range(0, RoundsAlone).Select(_ => engines.Select(e => InOwnProcess(e, work, algorithm)).ToArray())];
        return [.. engines.Select((_, i) => Alone.Median([.. rounds.Select(r => r[i])]))];
    }

    private static Alone InOwnProcess(string engine, Work work, string? algorithm)
    {
        string program = Environment.ProcessPath!;
        string[] through = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(BenchCommand).Assembly.Location] : [];
        var start = new ProcessStartInfo(program, [
            .. through, "bench", "--alone", engine, "--model", work.File, "--mode", work.Training ? Train : Infer,
            "--batch", $"{work.Batch}", "--threads", $"{work.Threads}", "--algorithm", algorithm ?? "auto"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != ExitCode.Done) throw new EngineException(engine, $"could not be measured alone: {errors.Result.ReplaceLineEndings(" ").Trim()}");
        return JsonSerializer.Deserialize(text, FiguresJson.Default.Alone)!;
    }

    private static void Show(Terminal terminal, BenchFigures figures)
    {
        terminal.Line($"{figures.Model}, {(figures.Mode == Train ? "training step" : "inference")}, batch {figures.Batch}, {figures.Threads} threads, {figures.Rounds} rounds by turns");
        terminal.Table(
            ["engine", "min ms", "median ms", "max ms", "ratio min", "ratio median", "ratio max", "load ms", "peak MB"],
            [
                [Contenders.Own, .. Texts(figures.OursMs), "", "", "", Text(figures.LoadMs), Text(figures.PeakRssMb)],
                .. figures.Against.Select(a => (string[])[$"{a.Engine} {a.Version}", .. Texts(a.Ms), .. Texts(a.Ratio), Text(a.LoadMs), Text(a.PeakRssMb)]),
            ]);
        terminal.Line(
            $"{Text(figures.ImagesPerSecond)} images/s, {Text(figures.Gflops)} GFLOP/s of convolutions and fully connected layers as the textbook counts them, " +
            $"{Text(100 * figures.Gflops / figures.Machine.PeakGflops)}% of the {Text(figures.Machine.PeakGflops)} measured for multiply-adds alone ({figures.Machine.InstructionSet}); " +
            $"{Text(figures.GbPerSecond)} GB/s of what the steps read and write, {Text(100 * figures.GbPerSecond / figures.Machine.ReadGbPerSecond)}% of the {Text(figures.Machine.ReadGbPerSecond)} of reading memory. {figures.AllocatedBytesPerRun} bytes allocated a run.");
    }

    private static string[] Texts(Spread spread) => [Text(spread.Min), Text(spread.Median), Text(spread.Max)];

    private static string Text(double number) => number.ToString(number < 100 ? "G3" : "F0", CultureInfo.InvariantCulture);

    private sealed record Settings(string Mode, int Batch, int Rounds, string[] Against, int Threads, bool Explain, string? Algorithm, string? Alone)
    {
        public bool Training => Mode == Train;

        public SessionOptions Session => SessionOptions.Default with { Algorithm = Options.AlgorithmOf(Algorithm) };

        public Work Work(string file) => new(file, Training, Batch, Threads);
    }

    /// <summary>The file that all engines load: the user's own, or one that is written for a known network and deleted afterwards.</summary>
    private sealed class ModelFile : IDisposable
    {
        private readonly DirectoryInfo? _folder;

        public ModelFile(string name, bool heads)
        {
            if (File.Exists(name))
            {
                Path = name;
                return;
            }

            var graph = ModelSource.Open(name, seed: 1, heads: heads).Graph;
            _folder = Directory.CreateTempSubdirectory("cnn-bench-");
            Path = System.IO.Path.Combine(_folder.FullName, "model.onnx");
            OnnxModel.Save(graph, Path);
        }

        public string Path { get; }

        public void Dispose() => _folder?.Delete(recursive: true);
    }
}
