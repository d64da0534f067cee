using System.Globalization;
using Framework.Errors;

namespace Framework.Training.Checkpoints;

/// <summary>The last checkpoints of a run, <c>step-000000001234.json</c> with its tensors beside it.</summary>
public sealed class CheckpointFolder
{
    private const string Prefix = "step-";

    private readonly int _kept;

    /// <summary>Opens a folder, which need not be there yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="kept">How many checkpoints are kept.</param>
    public CheckpointFolder(string path, int kept = 3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kept);
        Path = path;
        _kept = kept;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The checkpoints, the newest first.</summary>
    public IReadOnlyList<string> Files => Directory.Exists(Path)
        ? [.. Directory.GetFiles(Path, $"{Prefix}*.json").OrderDescending(StringComparer.Ordinal)]
        : [];

    /// <summary>Writes a checkpoint, then removes those that are too old, and what a run that was killed left half-written.</summary>
    public string Save(Checkpoint checkpoint)
    {
        Directory.CreateDirectory(Path);
        string file = System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{checkpoint.Progress.Step:D12}.json"));
        CheckpointFile.Write(file, checkpoint);
        RemoveOthers();
        return file;
    }

    /// <summary>Reads the newest checkpoint that is whole.</summary>
    /// <param name="onBroken">Told of each newer one that is not.</param>
    /// <exception cref="DataFormatException">There are checkpoints, and none is whole.</exception>
    /// <returns>Null where there is none at all.</returns>
    public Checkpoint? LoadNewest(Action<DataFormatException>? onBroken = null)
    {
        var files = Files;
        foreach (string file in files)
        {
            try
            {
                return CheckpointFile.Read(file);
            }
            catch (DataFormatException broken)
            {
                onBroken?.Invoke(broken);
            }
        }

        return files.Count == 0 ? null : throw new DataFormatException(Path, $"holds {files.Count} checkpoints, none of them whole.", "Begin the run anew.");
    }

    /// <summary>Removes all checkpoints, those of an earlier run in the same place.</summary>
    public void Clear()
    {
        if (!Directory.Exists(Path)) return;
        foreach (string file in Directory.GetFiles(Path, $"{Prefix}*").OrderDescending(StringComparer.Ordinal)) File.Delete(file);
    }

    private void RemoveOthers()
    {
        // The JSON goes first, so that none stands without its tensors.
        foreach (string file in Files.Skip(_kept)) File.Delete(file);
        var kept = Files.SelectMany(f => new[] { f, CheckpointFile.TensorsBeside(f) }).ToHashSet();
        foreach (string file in Directory.GetFiles(Path, $"{Prefix}*").Where(f => !kept.Contains(f))) File.Delete(file);
    }
}
