using System.CommandLine;
using Cli.Plumbing;
using Cli.Runs;
using Cli.Terminals;
using Framework.Adaptation;
using Framework.Errors;
using Framework.Graphs;
using Framework.Training;
using Onnx;
using Onnx.Opsets;
using Validation.Export;

namespace Cli.Commands;

/// <summary><c>cnn export</c>: writes a network as ONNX.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL")
        {
            HelpName = "RUN|NAME|FILE.onnx",
            Description = "A run's folder, a known network (with the seed's weights), or a file.",
        };
        var outFile = new Option<string>("--out")
        {
            HelpName = "FILE.onnx|FILE.safetensors",
            Description = "The file to write; as safetensors it holds the weights alone.",
            Required = true,
        };
        var weights = Options.Weights();
        var opset = Options.Number<int>(
            "--opset",
            "N",
            $"The version of the operator set; {OpsetHistory.Default}, or the file's own, by default.",
            n => n is >= OpsetHistory.OldestWritten and <= OpsetHistory.Newest,
            $"an operator set from {OpsetHistory.OldestWritten} to {OpsetHistory.Newest}");
        var external = new Option<bool>("--external-data")
        {
            Description = "Put the weights into a file of their own, FILE.onnx.data; above 2 GB that happens anyway.",
        };
        var training = new Option<bool>("--training-graph")
        {
            Description = "Write the training form: outputs are the loss, the scores, and grad.NAME for each parameter.",
        };
        var batch = new Option<bool>("--dynamic-batch") { Description = "Open the batch of a network whose file fixes it." };
        var size = new Option<bool>("--dynamic-size") { Description = "Open height and width too, where no layer depends on them." };
        var property = new Option<string[]>("--property") { HelpName = "KEY=TEXT", Description = "A property for the file's metadata.", DefaultValueFactory = _ => [] };
        var report = new Option<string?>("--verify-report") { HelpName = "FILE.json", Description = "Keep what the verification found." };
        var seed = Options.Seed();
        var command = new DocumentedCommand(
            "export",
            "Writes a network as ONNX.",
            "cnn export runs/first --out lenet5.onnx --opset 13",
            """
            The file gets its name only once it is verified: its structure, that it reads back as what was written, and that it computes the same, here and in
            ONNX Runtime where that is found. Exit code 1, and no file, where that does not hold. Functions of a model's own are
            written as the nodes that they stand for. A model that cannot be run here is "written, but not run".
            --training-graph needs operator set 12 for the loss, and 16 where max pooling is differentiated.
            """)
        { model, outFile, opset, external, training, batch, size, property, report, weights, seed };
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(outFile)!;
            OutputPath.CheckFile(file, "--out");
            OutputPath.CheckFile(parsed.GetValue(report), "--verify-report");
            long seedGiven = parsed.GetValue(seed) ?? 1;
            var graph = ModelSource.Open(parsed.GetValue(model)!, seedGiven, heads: parsed.GetValue(training)).WithWeights(parsed.GetValue(weights)).Graph;
            if (Path.GetExtension(file) == ".safetensors") return WriteWeights(graph, file);
            if (parsed.GetValue(batch) || parsed.GetValue(size)) graph = OpenBatch.Of(graph);
            if (parsed.GetValue(size)) graph = OpenSize.Of(graph);
            if (parsed.GetValue(training)) graph = Training(graph, seedGiven);
            graph = WithProperties(graph, parsed.GetValue(property)!);
            var options = new OnnxExportOptions { Opset = parsed.GetValue(opset), ExternalData = parsed.GetValue(external) ? true : null };
            return Write(graph, file, options, parsed.GetValue(report));
        });
        return command;
    }

    private static int WriteWeights(Graph graph, string file)
    {
        StateDict.Save(graph, file);
        Terminal.Output().Line($"Wrote {file}: {graph.Initializers.Count(i => i.Role != InitializerRole.Constant)} tensors");
        return ExitCode.Done;
    }

    private static int Write(Graph graph, string file, OnnxExportOptions options, string? reportFile)
    {
        var terminal = Terminal.Output();
        var report = VerifiedExport.Save(graph, file, options);
        terminal.Table(["check", "holds", "found"], [.. report.Checks.Select(c => (string[])[c.Name, c.Ok switch { true => "yes", false => "NO", _ => "-" }, c.Detail])]);
        if (reportFile is not null) JsonOutput.WriteFile(reportFile, report, FiguresJson.Default.ExportReport);
        terminal.Line(report.Ok
            ? $"Wrote {file}{(report.Ran ? "" : " (written, but not run)")}: inputs {string.Join(", ", graph.Inputs)}; outputs {string.Join(", ", graph.Outputs)}"
            : $"Not written: {file}");
        return report.Ok ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static Graph WithProperties(Graph graph, string[] assignments)
    {
        var properties = graph.Metadata.Properties.ToList();
        foreach (string assignment in assignments)
        {
            if (assignment.Split('=', 2) is not [{ Length: > 0 } key, var text]) throw new UsageException($"--property {assignment}", "is not KEY=TEXT.");
            properties.RemoveAll(p => p.Key == key);
            properties.Add(new(key, text));
        }

        return graph.WithMetadata(graph.Metadata with { Properties = properties });
    }

    // Parameters and statistics keep their values in the file, and are inputs too, so that who runs it can give others.
    private static Graph Training(Graph graph, long seed)
    {
        var training = TrainingGraph.Create(graph, Loss.CrossEntropy, seed);
        var stored = new EngineDropout().Apply(training.Stored);
        return stored.WithMetadata(stored.Metadata with { InputOrder = [.. training.Graph.Inputs.Select(i => i.Name)] });
    }
}
