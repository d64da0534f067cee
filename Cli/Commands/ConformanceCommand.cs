using System.CommandLine;
using System.Globalization;
using Cli.Plumbing;
using Cli.Terminals;
using Framework.Execution;
using Framework.Graphs;
using Validation.Conformance;

namespace Cli.Commands;

/// <summary><c>cnn conformance</c>: ONNX's own backend tests.</summary>
internal static class ConformanceCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The folder with the cases: each a folder with model.onnx and test_data_set_*." };
        var filter = new Option<string?>("--filter") { HelpName = "GLOB", Description = "Only the cases whose name, or the last part of it, matches, as node/test_conv* or test_relu; * and ? stand for anything." };
        var interpreter = new Option<bool>("--interpreter") { Description = "Evaluate node by node with the plain operators, instead of running compiled plans." };
        var (threads, budget, json) = (Options.Threads(), Options.MemoryBudget(), Options.Json());
        var command = new DocumentedCommand(
            "conformance",
            "Runs ONNX backend test cases.",
            "cnn conformance /usr/share/libonnx-testdata/data --filter 'node/test_conv*'",
            """
            A case passes where every output has the expected type and shape, and its elements agree within ONNX's own tolerance. One that needs what is not
            implemented is unsupported, and its message says what; one that needs more memory than --memory-budget ends in an error. Exit code 1 where a case fails
            or ends in an error.
            """)
        { folder, filter, interpreter, threads, budget, json };
        command.SetAction(parsed =>
        {
            var options = Options.Session(parsed.GetValue(threads), parsed.GetValue(budget));
            return Run(
                parsed.GetValue(folder)!,
                parsed.GetValue(filter),
                parsed.GetValue(interpreter) ? graph => new Interpreter(graph, memoryBudget: options.MemoryBudget) : graph => new Session(graph, options),
                new JsonOutput(parsed.GetValue(json)));
        });
        return command;
    }

    private static int Run(string folder, string? filter, Func<Graph, IGraphRunner> runner, JsonOutput json)
    {
        var terminal = json.Terminal;
        var results = new List<CaseResult>();
        foreach (var result in ConformanceSuite.Run(folder, filter, runner))
        {
            results.Add(result);
            if (result.Status != CaseStatus.Passed) Show(terminal, result);
        }

        int Count(CaseStatus status) => results.Count(r => r.Status == status);
        var figures = new ConformanceFigures(
            results.Count,
            Count(CaseStatus.Passed),
            Count(CaseStatus.Failed),
            Count(CaseStatus.Unsupported),
            Count(CaseStatus.Error),
            [.. results.Select(r => new CaseFigures(r.Name, Word(r.Status), r.Message, r.MaxAbs))]);
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Passed} of {figures.Total} cases passed, {figures.Failed} failed, {figures.Unsupported} are unsupported, {figures.Errors} ended in an error."));
        json.Write(figures, FiguresJson.Default.ConformanceFigures);
        return figures.Failed + figures.Errors == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static void Show(Terminal terminal, CaseResult result) => terminal.Line($"{Word(result.Status)}  {result.Name}  {result.Message}");

    private static string Word(CaseStatus status) => $"{status}".ToLowerInvariant();
}
