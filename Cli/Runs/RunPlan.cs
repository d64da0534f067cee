using System.Text.Json;
using Cli.Plumbing;
using Framework.Errors;

namespace Cli.Runs;

/// <summary>What the user asked of a run; <c>run.json</c> in its folder, by which it can be gone on with. What is null was left to the recipe or the model.</summary>
internal sealed record RunPlan
{
    public string? Recipe { get; init; }

    public string? Model { get; init; }

    public DataPlan? Data { get; init; }

    public int? Epochs { get; init; }

    public int? Batch { get; init; }

    public string? Optimizer { get; init; }

    public float? Lr { get; init; }

    public float? Momentum { get; init; }

    public float? WeightDecay { get; init; }

    public string? Schedule { get; init; }

    public float? LabelSmoothing { get; init; }

    public float? ClipNorm { get; init; }

    public float? Average { get; init; }

    public int? Accumulate { get; init; }

    public int? Patience { get; init; }

    public FineTuningPlan? Tuning { get; init; }

    public long Seed { get; init; } = 1;

    /// <summary>What the user chose that a recipe decides itself.</summary>
    public IEnumerable<string> Details =>
        new (string Option, object? Value)[]
        {
            ("--model", Model), ("--optimizer", Optimizer), ("--lr", Lr), ("--momentum", Momentum), ("--weight-decay", WeightDecay), ("--schedule", Schedule),
            ("--label-smoothing", LabelSmoothing), ("--clip-norm", ClipNorm), ("--average", Average), ("--accumulate", Accumulate), ("--patience", Patience),
            ("--classes, --head, --freeze and --thaw", Tuning),
        }.Where(o => o.Value is not null).Select(o => o.Option);

    /// <summary>Writes the plan.</summary>
    public void Save(string path) => JsonOutput.WriteFile(path, this, FiguresJson.Default.RunPlan);

    /// <summary>Reads a plan.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    /// <exception cref="DataFormatException">The file is not what it should be.</exception>
    public static RunPlan Load(string path)
    {
        if (!File.Exists(path)) throw new UsageException($"run {Path.GetDirectoryName(path)}", $"holds no {Path.GetFileName(path)}, so it cannot be gone on with.");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), FiguresJson.Default.RunPlan) ?? throw new JsonException("it is null.");
        }
        catch (JsonException error)
        {
            throw new DataFormatException(path, $"is no plan of a run: {error.Message}", inner: error);
        }
    }
}
