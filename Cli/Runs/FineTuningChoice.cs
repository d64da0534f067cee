using System.CommandLine;
using Cli.Plumbing;
using Framework.Adaptation;
using Framework.Errors;

namespace Cli.Runs;

/// <summary>The options of <c>cnn train</c> that change a network before it is trained further.</summary>
internal sealed class FineTuningChoice
{
    private readonly Option<int?> _classes = Options.AtLeast("--classes", 1, "N", "Give a file's network a new last layer for so many classes.");

    private readonly Option<string?> _head = new("--head")
    {
        HelpName = "NODE|PARAMETER",
        Description = "The layer that is replaced, by the name of its node or weights, where it is not the last; for the data's classes unless --classes says.",
    };

    private readonly Option<string[]> _freeze = Patterns("--freeze", "Weights and statistics that stay as they are, as 'features.*'; may be given several times.");
    private readonly Option<string[]> _thaw = Patterns("--thaw", "Weights that are trained in spite of --freeze.");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_classes, _head, _freeze, _thaw]) command.Add(option);
    }

    /// <summary>The network made ready. One of the catalogue needs nothing, as long as nothing is asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="model">The network.</param>
    /// <param name="classes">The data's classes.</param>
    /// <param name="seed">Seeds a new layer.</param>
    /// <exception cref="UsageException">The options do not fit the network or the data.</exception>
    public ModelSource Apply(ParseResult parsed, ModelSource model, int classes, long seed)
    {
        var options = new FineTuningOptions
        {
            Classes = parsed.GetValue(_classes) ?? (parsed.GetValue(_head) is null ? null : classes),
            Head = parsed.GetValue(_head),
            Frozen = parsed.GetValue(_freeze)!,
            Thawed = parsed.GetValue(_thaw)!,
            Seed = seed,
        };
        if (options.Classes < classes) throw new UsageException($"--classes {options.Classes}", $"the data has {classes} classes.");
        bool asked = options.Classes is not null || options.Frozen.Count > 0 || options.Thawed.Count > 0;
        return model.IsFile || asked ? model.Prepared(FineTuning.Prepare(model.Graph, options)) : model;
    }

    private static Option<string[]> Patterns(string name, string description) =>
        new(name) { HelpName = "PATTERN", Description = description, DefaultValueFactory = _ => [] };
}
