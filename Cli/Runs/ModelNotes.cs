using System.Globalization;
using System.Text.Json;
using Cli.Plumbing;
using Framework.Data;
using Framework.Errors;
using Framework.Graphs;

namespace Cli.Runs;

/// <summary>What a trained model's file says beyond its graph, as metadata properties: how images are normalised, and what the classes are.</summary>
internal static class ModelNotes
{
    public const string Mean = "cnn.normalize.mean";
    public const string Deviation = "cnn.normalize.deviation";
    public const string Classes = "cnn.classes";

    /// <summary>The graph with the notes, which replace any that it has.</summary>
    public static Graph Write(Graph graph, ChannelStatistics normalization, IReadOnlyList<string> classes)
    {
        string[] ours = [Mean, Deviation, Classes];
        var others = graph.Metadata.Properties.Where(p => !ours.Contains(p.Key));
        return graph.WithMetadata(graph.Metadata with
        {
            Properties =
            [
                .. others,
                new(Mean, Text(normalization.Mean)),
                new(Deviation, Text(normalization.Deviation)),
                new(Classes, JsonSerializer.Serialize(classes, FiguresJson.Default.IReadOnlyListString)),
            ],
        });
    }

    /// <summary>How images are normalised; null where the file does not say.</summary>
    /// <exception cref="ModelFormatException">What it says makes no sense.</exception>
    public static ChannelStatistics? Normalization(Graph graph, string place)
    {
        if (Find(graph, Mean) is not { } mean || Find(graph, Deviation) is not { } deviation) return null;
        var statistics = new ChannelStatistics(Numbers(mean, $"{place}, property {Mean}"), Numbers(deviation, $"{place}, property {Deviation}"));
        if (statistics.Mean.Count != statistics.Deviation.Count || statistics.Deviation.Any(d => d <= 0))
        {
            throw new ModelFormatException(
                $"{place}, property {Deviation}",
                $"'{deviation}' does not fit the means '{mean}'.",
                "One number above 0 for each channel is expected.");
        }

        return statistics;
    }

    /// <summary>What the classes are called; nothing where the file does not say.</summary>
    /// <exception cref="ModelFormatException">What it says makes no sense.</exception>
    public static IReadOnlyList<string> ClassNames(Graph graph, string place)
    {
        if (Find(graph, Classes) is not { } text) return [];
        try
        {
            return JsonSerializer.Deserialize(text, FiguresJson.Default.IReadOnlyListString) ?? [];
        }
        catch (JsonException error)
        {
            throw new ModelFormatException($"{place}, property {Classes}", "is no list of names.", inner: error);
        }
    }

    private static string? Find(Graph graph, string key) => graph.Metadata.Properties.FirstOrDefault(p => p.Key == key).Value;

    private static string Text(IReadOnlyList<float> numbers) => string.Join(',', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)));

    private static float[] Numbers(string text, string place) => Array.ConvertAll(text.Split(','), part =>
        float.TryParse(part, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number)
            ? number
            : throw new ModelFormatException(place, $"'{part}' is no number.", "Numbers with commas between are expected, one for each channel."));
}
