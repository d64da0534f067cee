using System.CommandLine;
using System.Globalization;
using Cli.Plumbing;
using Cli.Runs;
using Cli.Terminals;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Onnx;

namespace Cli.Commands;

/// <summary><c>cnn run</c>: runs a model on tensors from files.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { HelpName = "FILE.onnx|RUN", Description = "The model." };
        var inputs = new Option<string[]>("--input")
        {
            HelpName = "NAME=FILE",
            Description = "A tensor for an input, as .npy or .pb; once for each input.",
            DefaultValueFactory = _ => [],
        };
        var outFolder = new Option<string?>("--out") { HelpName = "FOLDER", Description = "Write each output there, as NAME.npy." };
        var (threads, budget) = (Options.Threads(), Options.MemoryBudget());
        var command = new DocumentedCommand(
            "run",
            "Runs a model on tensors from files.",
            "cnn run lenet5.onnx --input input=digit.npy --out results",
            "Without --out it only says what came out.")
        { model, inputs, outFolder, threads, budget };
        command.SetAction(parsed => Run(
            parsed.GetValue(model)!, parsed.GetValue(inputs)!, parsed.GetValue(outFolder), Options.Session(parsed.GetValue(threads), parsed.GetValue(budget))));
        return command;
    }

    private static int Run(string modelPath, string[] assignments, string? outFolder, SessionOptions options)
    {
        OutputPath.CheckFolder(outFolder, "--out");
        var model = ModelSource.OpenFile(modelPath);
        var files = Files(model, assignments);
        Tensor[] inputs = [.. model.Graph.Inputs.Select(i => TensorFiles.Read(files[i.Name]))];

        using var session = new Session(model.Graph, options);
        var outputs = Run(session, inputs, model, files);
        Terminal.Output().Table(
            ["output", "type and shape", "smallest", "mean", "largest"],
            [.. model.Graph.Outputs.Zip(outputs, (value, tensor) => (string[])[value.Name, $"{tensor}", .. Range(tensor)])]);
        if (outFolder is not null) OutputPath.Fill(outFolder, "--out", () => Write(outFolder, model.Graph.Outputs, outputs));
        return ExitCode.Done;
    }

    private static Dictionary<string, string> Files(ModelSource model, string[] assignments)
    {
        string signature = $"{model.Place} takes {string.Join(", ", model.Graph.Inputs)}.";
        var files = new Dictionary<string, string>();
        foreach (string assignment in assignments)
        {
            // A name may hold an equals sign itself, a file's name hardly.
            int equals = assignment.LastIndexOf('=');
            if (equals < 1) throw new UsageException($"--input {assignment}", "is not NAME=FILE.", signature);
            string name = assignment[..equals];
            if (model.Graph.Inputs.All(i => i.Name != name))
                throw new UsageException($"--input {assignment}", $"there is no input '{name}'.", signature);
            if (!files.TryAdd(name, assignment[(equals + 1)..]))
                throw new UsageException($"--input {assignment}", $"the input '{name}' is given twice.");
        }

        if (model.Graph.Inputs.FirstOrDefault(i => !files.ContainsKey(i.Name)) is { } missing)
            throw new UsageException($"input '{missing.Name}'", "no file was given for it.", $"{signature} Give --input {missing.Name}=FILE.");
        return files;
    }

    private static IReadOnlyList<Tensor> Run(Session session, Tensor[] inputs, ModelSource model, Dictionary<string, string> files)
    {
        try
        {
            return session.Run(inputs);
        }
        catch (ShapeException error)
        {
            string? file = files.FirstOrDefault(f => error.Place == $"input '{f.Key}'").Value;
            throw new ShapeException($"{file ?? model.Place}, {error.Place}", error.Problem, error.Remedy, error);
        }
    }

    private static string[] Range(Tensor tensor)
    {
        if (tensor.Count == 0) return ["", "", ""];
        double[] values = tensor.ToArray<double>();
        return [Text(values.Min()), Text(values.Average()), Text(values.Max())];
    }

    private static string Text(double number) => number.ToString("G6", CultureInfo.InvariantCulture);

    private static void Write(string folder, IReadOnlyList<Value> values, IReadOnlyList<Tensor> tensors)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < tensors.Count; i++)
        {
            string name = FileName(values[i].Name);
            string unique = name;
            for (int number = 2; !taken.Add(unique); number++) unique = string.Create(CultureInfo.InvariantCulture, $"{name}_{number}");
            TensorFiles.Write(Path.Combine(folder, $"{unique}.npy"), tensors[i]);
        }
    }

    // Names come from the model's file and may hold anything, paths out of the folder included.
    private static string FileName(string name)
    {
        string safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_')).TrimStart('.');
        return safe.Length == 0 ? "output" : safe[..Math.Min(safe.Length, 200)];
    }
}
