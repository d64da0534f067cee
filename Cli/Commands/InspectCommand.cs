using System.CommandLine;
using System.Globalization;
using Cli.Plumbing;
using Cli.Runs;
using Cli.Terminals;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Inspection;
using Framework.Tensors;

namespace Cli.Commands;

/// <summary><c>cnn inspect</c>: what a network is made of.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { HelpName = "FILE.onnx|NAME|RUN", Description = "A file, a known network, or a run's folder." };
        var shapes = new Option<string[]>("--shape")
        {
            HelpName = "NAME=EXTENTS",
            Description = "The extents of an input, as in input=1,3,224,224, where the model leaves more open than the batch.",
            DefaultValueFactory = _ => [],
        };
        var plan = new Option<bool>("--plan") { Description = "Print too which kernel carries out each step of an inference of one image, and why not a better one." };
        var json = Options.Json();
        var command = new DocumentedCommand(
            "inspect",
            "Lists layers with shapes, parameters, multiply-adds, memory and receptive fields.",
            "cnn inspect vgg16",
            """
            For one image: trainable parameters; multiply-adds of convolutions and fully connected layers; bytes of every result that does not take
            its input's place; the receptive field of a result's places in the input, padding included, along the widest branch.
            """)
        { model, shapes, plan, json };
        command.SetAction(parsed => Run(parsed.GetValue(model)!, parsed.GetValue(shapes)!, parsed.GetValue(plan), new JsonOutput(parsed.GetValue(json))));
        return command;
    }

    private static int Run(string name, string[] assignments, bool plan, JsonOutput json)
    {
        var graph = ModelSource.Open(name, seed: 1).Graph;
        var shapes = assignments.Select(a => Shape(a, graph)).ToDictionary();
        var summary = ModelSummary.Of(graph, shapes);
        Show(json.Terminal, summary);
        if (plan) json.Terminal.Line(Plan(graph, shapes));
        json.Write(
            new InspectFigures(
                summary.Parameters, summary.MultiplyAdds, summary.ActivationBytes,
                [.. summary.Layers.Select(Figures)]),
            FiguresJson.Default.InspectFigures);
        return ExitCode.Done;
    }

    private static LayerFigures Figures(LayerSummary layer) => new(
        layer.Name, layer.Op, [.. layer.OutputShape.Select(d => d.Value)], layer.Parameters, layer.MultiplyAdds, layer.ActivationBytes,
        layer.ReceptiveField, layer.Jump);

    private static KeyValuePair<string, SymbolicShape> Shape(string assignment, Graph graph)
    {
        int equals = assignment.LastIndexOf('=');
        string name = equals < 1 ? "" : assignment[..equals];
        if (graph.Inputs.All(i => i.Name != name))
            throw new UsageException($"--shape {assignment}", "does not name an input.", $"The model takes {string.Join(", ", graph.Inputs)}.");
        var extents = new List<Dimension>();
        foreach (string extent in assignment[(equals + 1)..].Split(','))
        {
            if (!int.TryParse(extent, NumberStyles.None, CultureInfo.InvariantCulture, out int value))
                throw new UsageException($"--shape {assignment}", $"'{extent}' is not an extent.", "Give whole numbers, as in input=1,3,224,224.");
            extents.Add(value);
        }

        return new(name, [.. extents]);
    }

    private static string Plan(Graph graph, Dictionary<string, SymbolicShape> shapes)
    {
        using var session = new Session(graph);
        return Explain.Write(session.PlanFor([.. graph.Inputs.Select(i => new Tensor(i.ElementType, Extents(shapes.GetValueOrDefault(i.Name) ?? i.Shape!, i)))]));
    }

    // What is left open is the batch.
    private static Shape Extents(SymbolicShape shape, Value input) =>
        new SymbolicShape([.. shape.Select(d => d.IsKnown ? d : 1)]).ToShape(input.Name);

    private static void Show(Terminal terminal, ModelSummary summary)
    {
        terminal.Table(
            ["layer", "operator", "output", "parameters", "multiply-adds", "bytes", "field"],
            [
                .. summary.Layers.Select(l => (string[])[
                    l.Name, l.Op, string.Join('x', l.OutputShape.Skip(1)), Number(l.Parameters), Number(l.MultiplyAdds), Number(l.ActivationBytes),
                    l.ReceptiveField is { } field ? Number(field) : "",
                ]),
                ["total", "", "", Number(summary.Parameters), Number(summary.MultiplyAdds), Number(summary.ActivationBytes), ""],
            ]);
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
