using System.Text.Json;

namespace Cli.Tests;

internal static class Json
{
    public static JsonElement Read(string file) => Parse(File.ReadAllText(file));

    public static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
