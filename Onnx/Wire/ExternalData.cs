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
    private const int CurrentFolder = -100, EmptyPath = 0x1000;

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly Dictionary<string, FileBytes> _files = [];

    /// <summary>The file of the given location; stays open until this is disposed.</summary>
    /// <param name="location">What the model says.</param>
    /// <param name="end">How many bytes it must have at least.</param>
    /// <param name="place">How messages name the tensor.</param>
    /// <exception cref="ModelFormatException">The location leads out of the folder, or there is no such file, or it is too short.</exception>
    public ByteSource Open(string location, long end, string place)
    {
        // Initializers are read by several threads.
        lock (_files)
        {
            if (!_files.TryGetValue(location, out var file))
                _files.Add(location, file = Guarded(location, place, () => new FileBytes(OpenInside(location, end, place), location)));
            return file;
        }
    }

    /// <summary>The path without links of the given location, and the file's length, 0 where there is none; nothing is opened.</summary>
    /// <param name="location">What the model says.</param>
    /// <param name="place">How messages name the tensor.</param>
    /// <exception cref="ModelFormatException">The location leads out of the folder.</exception>
    public (string Path, long Length) Find(string location, string place) => Guarded(location, place, () =>
    {
        var (_, path) = Locate(location, place);
        var info = new FileInfo(path);
        return (path, info.Exists ? info.Length : 0);
    });

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    private static T Guarded<T>(string location, string place, Func<T> look)
    {
        try
        {
            return look();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(place, $"its elements lie in the file '{location}', which cannot be read: {e.Message}", "Put it beside the model.", e);
        }
    }

    private (string Root, string Path) Locate(string location, string place)
    {
        string[] parts = location.Split('/', '\\');
        if (Path.IsPathRooted(location) || location.Contains(':') || location.Contains('\0') || parts.Any(p => p is ".." or "")) throw Outside(location, place);
        string root = RealPath(_folder), path = RealPath(Path.Combine([_folder, .. parts]));
        return IsInside(path, root) ? (root, path) : throw Outside(location, place);
    }

    private SafeFileHandle OpenInside(string location, long end, string place)
    {
        var (root, path) = Locate(location, place);
        var info = new FileInfo(path);
        if (info.Exists)
        {
            // To open a device may already do something.
            if (OperatingSystem.IsLinux() && !LookAt(CurrentFolder, path, 0).IsRegular) throw NoFile(location, place);
            if (info.Length < end) throw new ModelFormatException(place, $"wants bytes up to {end} of '{location}', which has {info.Length}.");
        }

        var handle = OperatingSystem.IsLinux() ? OpenWithoutWaiting(path) : File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            // What was looked at may have been changed for something else before it was opened; what is open stays what it is.
            if (!OperatingSystem.IsLinux()) return handle;
            if (OpenedPath(handle) is { } opened && !IsInside(opened, root)) throw Outside(location, place);
            var (isRegular, names) = LookAt((int)handle.DangerousGetHandle(), "", EmptyPath);
            if (!isRegular) throw NoFile(location, place);
            if (names > 1)
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

    private static string? OpenedPath(SafeFileHandle handle) => new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;

    // A pipe that took the file's place would be waited for.
    private static SafeFileHandle OpenWithoutWaiting(string path)
    {
        const int readOnly = 0, notWaiting = 0x800, closedInChildren = 0x80000;
        var handle = OpenFile(path, readOnly | notWaiting | closedInChildren);
        if (!handle.IsInvalid) return handle;
        string message = Marshal.GetLastPInvokeErrorMessage();
        handle.Dispose();
        throw new IOException($"{path}: {message}");
    }

    // Only Linux is asked; there the structure is the same on every processor.
    private static unsafe (bool IsRegular, uint Names) LookAt(int folder, string path, int flags)
    {
        const int sizeOfStatx = 256, linkCount = 16, mode = 28, kinds = 0xf000, regular = 0x8000;
        const uint wanted = 1 | 4;
        byte* buffer = stackalloc byte[sizeOfStatx];
        if (Statx(folder, path, flags, wanted, buffer) != 0) throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        return ((*(ushort*)(buffer + mode) & kinds) == regular, *(uint*)(buffer + linkCount));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFile(string path, int flags);

    private static ModelFormatException NoFile(string location, string place) => new(
        place, $"its elements lie in '{location}', which is no ordinary file.", "External data is read from neither pipes nor devices.");

    private static ModelFormatException Outside(string location, string place) => new(
        place, $"its elements lie in '{location}', outside the model's folder.", "External data is read only from files beside the model or below it.");
}
