using Framework.Errors;

namespace Onnx.Wire;

/// <summary>
/// The files that hold a model's elements beside it. A model is untrusted, and what it names must lie in the model's own folder: no absolute path,
/// no way up, no link that leads out.
/// </summary>
/// <param name="folder">The model's folder.</param>
internal sealed class ExternalData(string folder) : IDisposable
{
    private readonly string _folder = Path.GetFullPath(folder);
    private readonly Dictionary<string, FileBytes> _files = [];

    /// <summary>The file of the given location; stays open until this is disposed.</summary>
    /// <exception cref="ModelFormatException">The location leads out of the folder, or there is no such file.</exception>
    public ByteSource Open(string location, string place)
    {
        try
        {
            // Initializers are read by several threads.
            lock (_files)
            {
                if (!_files.TryGetValue(location, out var file)) _files.Add(location, file = new FileBytes(Resolve(location, place)));
                return file;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(place, $"its elements lie in the file '{location}', which cannot be read: {e.Message}", "Put it beside the model.", e);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    private string Resolve(string location, string place)
    {
        string[] parts = location.Split('/', '\\');
        if (Path.IsPathRooted(location) || location.Contains(':') || location.Contains('\0') || parts.Any(p => p is ".." or ""))
            throw Outside(location, place);
        string path = _folder;
        foreach (string part in parts)
        {
            if (part == ".") continue;
            path = Path.Combine(path, part);
            if (TargetOf(path) is { } target && !target.StartsWith(RealFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw Outside(location, place);
        }

        return path;
    }

    private string RealFolder => Directory.ResolveLinkTarget(_folder, returnFinalTarget: true)?.FullName ?? _folder;

    // Where a link leads in the end; null for what is no link.
    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)?.FullName : null;
        }
        catch (IOException)
        {
            // A circle of links: opening it fails too, with a message that says so.
            return null;
        }
    }

    private static ModelFormatException Outside(string location, string place) => new(
        place, $"its elements lie in '{location}', outside the model's folder.", "External data is read only from files beside the model or below it.");
}
