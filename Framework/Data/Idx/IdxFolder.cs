using Framework.Errors;

namespace Framework.Data.Idx;

/// <summary>
/// A folder with the four files of an MNIST-like data set under their usual names (<c>train-images-idx3-ubyte</c>,
/// <c>train-labels-idx1-ubyte</c>, <c>t10k-images-idx3-ubyte</c>, <c>t10k-labels-idx1-ubyte</c>), each as it is or with <c>.gz</c>.
/// </summary>
public static class IdxFolder
{
    /// <summary>The file of the pictures.</summary>
    public static string ImagesName(DataSplit split) => split == DataSplit.Train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte";

    /// <summary>The file of the labels.</summary>
    public static string LabelsName(DataSplit split) => split == DataSplit.Train ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte";

    /// <summary>Whether a folder is of this form: it holds one of the four files.</summary>
    public static bool Knows(string folder) => Directory.Exists(folder)
        && new[] { ImagesName(DataSplit.Train), LabelsName(DataSplit.Train), ImagesName(DataSplit.Test), LabelsName(DataSplit.Test) }
            .Any(name => File.Exists(Path.Combine(folder, name)) || File.Exists(Path.Combine(folder, name + ".gz")));

    /// <summary>Reads a split. The classes are numbered, as many as the training labels ask for.</summary>
    /// <exception cref="UsageException">A file is not there.</exception>
    /// <exception cref="DataFormatException">A file is not what it should be, or they do not belong together.</exception>
    public static InMemoryDataset Open(string folder, DataSplit split)
    {
        var classNames = IdxDataset.NumberedClasses(IdxDataset.ReadLabels(Find(folder, LabelsName(DataSplit.Train))));
        return IdxDataset.Open(Find(folder, ImagesName(split)), Find(folder, LabelsName(split)), classNames);
    }

    /// <summary>The path of a file that may have <c>.gz</c> behind its name.</summary>
    /// <exception cref="UsageException">Neither is there.</exception>
    internal static string Find(string folder, string name)
    {
        string plain = Path.Combine(folder, name);
        string packed = plain + ".gz";
        if (File.Exists(plain)) return plain;
        if (File.Exists(packed)) return packed;
        throw new UsageException(folder, $"there is no {name} in this folder.", $"It may also be called {name}.gz.");
    }
}
