using System.CommandLine;
using System.Text.Json.Serialization;
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

    private readonly Option<string?> _weights = Options.Weights();

    public void AddTo(Command command)
    {
        command.Add(_weights);
        foreach (var option in (Option[])[_classes, _head, _freeze, _thaw]) command.Add(option);
    }

    /// <summary>What was chosen; null where nothing was.</summary>
    public FineTuningPlan? Read(ParseResult parsed)
    {
        var plan = new FineTuningPlan(
            parsed.GetValue(_classes), parsed.GetValue(_head), parsed.GetValue(_freeze)!, parsed.GetValue(_thaw)!, parsed.GetValue(_weights));
        return plan.IsEmpty && plan.Weights is null ? null : plan;
    }

    private static Option<string[]> Patterns(string name, string description) =>
        new(name) { HelpName = "PATTERN", Description = description, DefaultValueFactory = _ => [] };
}

/// <summary>What is changed of a network before it is trained further; a part of a run's plan.</summary>
/// <param name="Classes">The number of classes of a new last layer.</param>
/// <param name="Head">The layer that is replaced.</param>
/// <param name="Freeze">Names that stay as they are.</param>
/// <param name="Thaw">Names that are trained in spite of that.</param>
/// <param name="Weights">A file with weights to begin with, or null.</param>
internal sealed record FineTuningPlan(int? Classes, string? Head, string[] Freeze, string[] Thaw, string? Weights)
{
    /// <summary>Whether the network itself stays as it is.</summary>
    [JsonIgnore]
    public bool IsEmpty => Classes is null && Head is null && Freeze.Length == 0 && Thaw.Length == 0;

    /// <summary>The network made ready. One of the catalogue needs nothing, as long as nothing is asked for.</summary>
    /// <param name="plan">What was chosen.</param>
    /// <param name="model">The network.</param>
    /// <param name="classes">The data's classes.</param>
    /// <param name="seed">Seeds a new layer.</param>
    /// <exception cref="UsageException">The options do not fit the network or the data.</exception>
    public static ModelSource Apply(FineTuningPlan? plan, ModelSource model, int classes, long seed)
    {
        var options = new FineTuningOptions
        {
            Classes = plan?.Classes ?? (plan?.Head is null ? null : classes),
            Head = plan?.Head,
            Frozen = plan?.Freeze ?? [],
            Thawed = plan?.Thaw ?? [],
            Seed = seed,
        };
        if (options.Classes < classes) throw new UsageException($"--classes {options.Classes}", $"the data has {classes} classes.");
        model = model.WithWeights(plan?.Weights);
        return model.IsFile || plan is { IsEmpty: false } ? model.Prepared(FineTuning.Prepare(model.Graph, options)) : model;
    }
}
