using Framework.Errors;

namespace Cli.Plumbing;

/// <summary>Looks, before any work is done, whether its result can be written where the user says.</summary>
internal static class OutputPath
{
    /// <summary>Checks the place for a file.</summary>
    /// <exception cref="UsageException">It is a folder, or its folder is not there.</exception>
    public static void CheckFile(string? path, string option)
    {
        if (path is null) return;
        if (path.Length == 0 || Directory.Exists(path)) throw new UsageException($"{option} '{path}'", "is a folder.", "Name a file.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new UsageException($"{option} '{path}'", $"there is no folder {folder}.", "Make it first.");
    }

    /// <summary>Writes into a folder, which is made where it is not there.</summary>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Fill(string folder, string option, Action write)
    {
        try
        {
            Directory.CreateDirectory(folder);
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option} '{folder}'", "cannot be written.", "Name another folder.", error);
        }
    }

    /// <summary>Checks the place for a folder, which may not be there yet.</summary>
    /// <exception cref="UsageException">It is a file.</exception>
    public static void CheckFolder(string? path, string option)
    {
        if (path is not null && (path.Length == 0 || File.Exists(path)))
            throw new UsageException($"{option} '{path}'", "is a file.", "Name a folder.");
    }
}
