using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cli.Terminals;
using Framework.Files;

namespace Cli.Plumbing;

/// <summary>Where <c>--json</c> sends a command's figures.</summary>
/// <param name="target">A file, <c>-</c> for standard output, or null for nowhere.</param>
internal sealed class JsonOutput(string? target)
{
    /// <summary>The terminal for everything that is not figures, which have standard output to themselves where they go there.</summary>
    public Terminal Terminal { get; } = Open(target);

    /// <summary>Writes the figures.</summary>
    public void Write<T>(T figures, JsonTypeInfo<T> type)
    {
        if (target is null) return;
        string text = JsonSerializer.Serialize(figures, type);
        if (target == "-") Console.Out.WriteLine(text);
        else WriteFile(target, text);
    }

    /// <summary>Writes figures to a file, whole or not at all.</summary>
    public static void WriteFile<T>(string path, T figures, JsonTypeInfo<T> type) => WriteFile(path, JsonSerializer.Serialize(figures, type));

    private static void WriteFile(string path, string text) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(text);
    });

    private static Terminal Open(string? target)
    {
        if (target != "-") OutputPath.CheckFile(target, "--json");
        return target == "-" ? Terminal.Error() : Terminal.Output();
    }
}
