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
        var outFile = new Option<string>("--out") { HelpName = "FILE.onnx", Description = "The file to write.", Required = true };
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
        var seed = Options.Seed();
        var command = new DocumentedCommand("export", "Writes a network as ONNX.", "cnn export runs/first --out lenet5.onnx --opset 13")
        { model, outFile, opset, external, training, seed };
        command.SetAction(parsed => Run(
            parsed.GetValue(model)!,
            parsed.GetValue(seed) ?? 1,
            parsed.GetValue(outFile)!,
            new OnnxExportOptions { Opset = parsed.GetValue(opset), ExternalData = parsed.GetValue(external) ? true : null },
            parsed.GetValue(training)));
        return command;
    }

    private static int Run(string name, long seed, string file, OnnxExportOptions options, bool trainingGraph)
    {
        OutputPath.CheckFile(file, "--out");
        var graph = ModelSource.Open(name, seed, heads: trainingGraph).Graph;
        if (trainingGraph) graph = Training(graph, seed);
        OnnxModel.Save(graph, file, options);
        Terminal.Output().Line($"Wrote {file}: inputs {string.Join(", ", graph.Inputs)}; outputs {string.Join(", ", graph.Outputs)}");
        return ExitCode.Done;
    }

    // Parameters and statistics keep their values in the file, and are inputs too, so that who runs it can give others.
    private static Graph Training(Graph graph, long seed)
    {
        var training = TrainingGraph.Create(graph, Loss.CrossEntropy, seed);
        return training.Stored.WithMetadata(training.Stored.Metadata with { InputOrder = [.. training.Graph.Inputs.Select(i => i.Name)] });
    }
}
