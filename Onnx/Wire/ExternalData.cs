using System.Runtime.InteropServices;
using Framework.Errors;
using Microsoft.Win32.SafeHandles;

namespace Onnx.Wire;

/// <summary>
/// The files that hold a model's elements beside it. A model is untrusted, and what it names must lie in the model's own folder: no absolute path,
/// no way up, no link that leads out, no further name of a file elsewhere.
/// </summary>
/// <param name="folder">The model's folder.</param>
internal sealed partial class ExternalData(string folder) : IDisposable
{
    private readonly string _folder = Path.GetFullPath(folder);
    private readonly Dictionary<string, FileBytes> _files = [];

    /// <summary>The file of the given location; stays open until this is disposed.</summary>
    /// <param name="location">What the model says.</param>
    /// <param name="end">How many bytes it must have at least.</param>
    /// <param name="place">How messages name the tensor.</param>
    /// <exception cref="ModelFormatException">The location leads out of the folder, or there is no such file, or it is too short.</exception>
    public ByteSource Open(string location, long end, string place)
    {
        try
        {
            // Initializers are read by several threads.
            lock (_files)
            {
                if (!_files.TryGetValue(location, out var file)) _files.Add(location, file = new FileBytes(OpenInside(location, end, place), location));
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

    private SafeFileHandle OpenInside(string location, long end, string place)
    {
        string[] parts = location.Split('/', '\\');
        if (Path.IsPathRooted(location) || location.Contains(':') || location.Contains('\0') || parts.Any(p => p is ".." or "")) throw Outside(location, place);
        string root = RealPath(_folder), path = RealPath(Path.Combine([_folder, .. parts]));
        if (!IsInside(path, root)) throw Outside(location, place);

        // A pipe or a device would be waited for; it has no length.
        var info = new FileInfo(path);
        if (info.Exists && info.Length < end) throw new ModelFormatException(place, $"wants bytes up to {end} of '{location}', which has {info.Length}.");
        var handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            // What was looked at may have been changed for something else before it was opened; what is open stays what it is.
            if (OpenedPath(handle) is { } opened && !IsInside(opened, root)) throw Outside(location, place);
            if (LinkCount(handle) > 1)
                throw new ModelFormatException(place, $"its elements lie in '{location}', a file that has other names too (hard links), perhaps outside.", "Put a copy there.");
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static bool IsInside(string path, string root) => path.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // The path without links.
    private static string RealPath(string path)
    {
        const int mostLinks = 40;
        string rest = Path.GetFullPath(path), real = Path.GetPathRoot(rest)!;
        rest = rest[real.Length..];
        for (int links = 0; rest.Length > 0;)
        {
            int cut = rest.IndexOf(Path.DirectorySeparatorChar, StringComparison.Ordinal);
            string part = cut < 0 ? rest : rest[..cut];
            rest = cut < 0 ? "" : rest[(cut + 1)..];
            string next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > mostLinks) throw new IOException($"{path} leads through more than {mostLinks} links.");
            string full = Path.GetFullPath(target, real);
            real = Path.GetPathRoot(full)!;
            rest = Path.Combine(full[real.Length..], rest);
        }

        return real;
    }

    private static string? OpenedPath(SafeFileHandle handle) =>
        OperatingSystem.IsLinux() ? new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget : null;

    // Only Linux is asked; there the structure is the same on every processor.
    private static unsafe uint LinkCount(SafeFileHandle handle)
    {
        const int sizeOfStatx = 256, linkCount = 16, emptyPath = 0x1000;
        const uint wanted = 4;
        if (!OperatingSystem.IsLinux()) return 1;
        byte* buffer = stackalloc byte[sizeOfStatx];
        byte empty = 0;
        return Statx(handle, &empty, emptyPath, wanted, buffer) == 0 ? *(uint*)(buffer + linkCount) : 1;
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static unsafe partial int Statx(SafeFileHandle directory, byte* path, int flags, uint mask, byte* buffer);

    private static ModelFormatException Outside(string location, string place) => new(
        place, $"its elements lie in '{location}', outside the model's folder.", "External data is read only from files beside the model or below it.");
}
