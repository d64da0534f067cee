namespace Framework.Files;

/// <summary>Files that are there whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>Writes under a temporary name beside the path, flushes to the disk, then renames over what may be there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content; where it throws, what was at the path stays.</param>
    public static void Write(string path, Action<Stream> write) => Write((path, write));

    /// <summary>Writes several files that belong together: none is renamed before all are written. The last one named appears last.</summary>
    /// <param name="files">Paths, and what writes their contents.</param>
    public static void Write(params ReadOnlySpan<(string Path, Action<Stream> Write)> files)
    {
        var temporary = new string[files.Length];
        for (int i = 0; i < files.Length; i++) temporary[i] = $"{files[i].Path}.{Guid.NewGuid():N}.tmp";
        try
        {
            for (int i = 0; i < files.Length; i++)
            {
                using var file = new FileStream(temporary[i], FileMode.CreateNew, FileAccess.Write);
                files[i].Write(file);
                file.Flush(flushToDisk: true);
            }

            for (int i = 0; i < files.Length; i++) File.Move(temporary[i], files[i].Path, overwrite: true);
        }
        finally
        {
            foreach (string file in temporary) File.Delete(file);
        }
    }
}
