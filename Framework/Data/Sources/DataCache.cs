using Framework.Errors;

namespace Framework.Data.Sources;

/// <summary>The folder that fetched data sets are kept in, one folder for each.</summary>
/// <param name="Root">The folder; made when something is fetched.</param>
public sealed record DataCache(string Root)
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "CNN_DATA";

    private const string WorkName = ".fetch";
    private const string LockName = ".fetch.lock";

    /// <summary>What <see cref="Variable"/> names, else <c>cnn/data</c> among the user's local application data.</summary>
    /// <exception cref="UsageException">The user has no such folder.</exception>
    public static DataCache Default
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen) return new DataCache(Path.GetFullPath(chosen));
            string profile = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            if (profile.Length == 0) throw new UsageException("data cache", "this user has no profile folder.", $"Set {Variable} to a folder.");
            return new DataCache(Path.Combine(profile, "cnn", "data"));
        }
    }

    /// <summary>Where a data set's files are, or would be.</summary>
    public string FolderOf(string name) => Path.Combine(Root, name);

    /// <summary>
    /// Makes an empty folder inside the cache for something to be fetched into, lets it be used, removes it. A lock, which goes
    /// with its process, keeps others out; so what a killed fetch left can be told, and goes too.
    /// </summary>
    /// <exception cref="UsageException">Another fetch is under way, or the cache cannot be written.</exception>
    internal void WithWorkFolder(Action<string> use)
    {
        string folder = Path.Combine(Root, WorkName);
        try
        {
            Directory.CreateDirectory(Root);
            using var only = Lock();
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
            try
            {
                use(folder);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(Root, $"cannot be written: {error.Message}", $"Set {Variable} to another folder.", error);
        }
    }

    private FileStream Lock()
    {
        string path = Path.Combine(Root, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new UsageException(path, "another fetch is under way.", "Wait for its end.", error);
        }
    }
}
