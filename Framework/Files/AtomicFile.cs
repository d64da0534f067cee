namespace Framework.Files;

/// <summary>Files that are there whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes under a temporary name beside the path, flushes to the disk, then renames over what may be there. A link is replaced, never followed:
    /// it may lead anywhere. A device, such as <c>/dev/null</c>, is no file to be replaced and is written to.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content; where it throws, what was at the path stays.</param>
    public static void Write(string path, Action<Stream> write) => Write((path, write));

    /// <summary>Writes several files that belong together: none is renamed before all are written. The last one named goes first and appears last.</summary>
    /// <param name="files">Paths, and what writes their contents.</param>
    public static void Write(params ReadOnlySpan<(string Path, Action<Stream> Write)> files)
    {
        var renames = new List<(string From, string To)>();
        try
        {
            foreach (var (path, write) in files)
            {
                bool direct = IsDevice(path);
                string written = direct ? path : $"{path}.{Guid.NewGuid():N}.tmp";
                if (!direct) renames.Add((written, path));
                using var file = new FileStream(written, direct ? FileMode.Open : FileMode.CreateNew, FileAccess.Write);
                write(file);
                file.Flush(flushToDisk: !direct);
            }

            if (renames.Count > 0) Rename([.. renames]);
        }
        finally
        {
            foreach (var (from, _) in renames) File.Delete(from);
        }
    }

    /// <summary>
    /// Puts finished files that belong together in their places. No two names change at once, so the last one, which names the others, is taken away
    /// first: whatever happens between, it never stands beside files that are not its own.
    /// </summary>
    /// <param name="files">Where each lies and where it belongs, both on the same disk.</param>
    /// <exception cref="IOException">A folder is in the way; nothing was changed.</exception>
    public static void Rename(params ReadOnlySpan<(string From, string To)> files)
    {
        foreach (var (_, to) in files)
        {
            if (Directory.Exists(to) && new FileInfo(to).LinkTarget is null) throw new IOException($"{to} is a folder.");
        }

        if (files.Length > 1) File.Delete(files[^1].To);
        foreach (var (from, to) in files) File.Move(from, to, overwrite: true);
    }

    // Whoever may write everywhere could otherwise put a file in a device's place.
    private static bool IsDevice(string path)
    {
        string full = Path.GetFullPath(path);
        return !OperatingSystem.IsWindows()
            && (full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal))
            && File.Exists(full);
    }
}
