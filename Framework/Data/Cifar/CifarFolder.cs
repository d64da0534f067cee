using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Cifar;

/// <summary>
/// CIFAR-10 and CIFAR-100 in their binary form: a folder with <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c> (or <c>train.bin</c>) and
/// <c>test_batch.bin</c> (or <c>test.bin</c>). A folder with other <c>*.bin</c> files of the form, or one such file, is taken too; where none is for
/// testing, a share of each class is kept for it.
/// </summary>
/// <remarks>
/// A record is the label (in CIFAR-100 the coarse one, then the fine one, which is taken), then 32 x 32 bytes of red, green, blue (A. Krizhevsky, 2009).
/// </remarks>
public static class CifarFolder
{
    private const int Size = 32;
    private const int Picture = 3 * Size * Size;

    private static readonly string[] s_cifar10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Whether a folder or file is of this form, by its name.</summary>
    public static bool Knows(string path) => IsRecords(path) ? File.Exists(path) : Directory.Exists(path) && Records(path).Length > 0;

    /// <summary>Reads a split.</summary>
    /// <param name="path">The folder, or a file.</param>
    /// <param name="split">The part.</param>
    /// <param name="options">Which share is tested on where there is no file for it; whether bad files are left out.</param>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="DataFormatException">A file is not what it should be.</exception>
    public static IDataset Open(string path, DataSplit split, DataOptions? options = null)
    {
        options ??= new DataOptions();
        bool single = IsRecords(path);
        string folder = single ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
        string[] files = single ? [path] : Records(path);
        if (files.Length == 0 || !File.Exists(files[0])) throw new UsageException(path, "there are no *.bin files of CIFAR's form.");
        bool hundred = IsHundred(files, folder);
        string[] test = single ? [] : [.. files.Where(f => Path.GetFileName(f).StartsWith("test", StringComparison.Ordinal))];
        string[] wanted = split == DataSplit.Test && test.Length > 0 ? test : [.. files.Except(test)];

        string[] classes = ClassNames(folder, hundred);
        var parts = wanted.Select(f => options.Try(() => Read(f, hundred, classes.Length))).OfType<Part>().ToArray();
        if (parts.Length == 0) throw new DataFormatException(path, "no file is left to read.");
        var data = Join(parts, classes, hundred);
        if (test.Length > 0) return data;
        int[] labels = [.. parts.SelectMany(p => p.Labels).Select(l => (int)l)];
        return new Subset(data, HeldOut.Choose(labels, split, options.TestShare, options.Seed));
    }

    private static bool IsRecords(string path) => path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase);

    private static string[] Records(string folder) => [.. Directory.GetFiles(folder, "*.bin").Order(StringComparer.Ordinal)];

    // Told by the names that the data set has, else by which record divides the first file.
    private static bool IsHundred(string[] files, string folder)
    {
        if (File.Exists(Path.Combine(folder, "fine_label_names.txt"))) return true;
        if (files.Any(f => Path.GetFileName(f).StartsWith("data_batch", StringComparison.Ordinal))) return false;
        long length = new FileInfo(files[0]).Length;
        return length % (Picture + 1) != 0 && length % (Picture + 2) == 0;
    }

    private static string[] ClassNames(string folder, bool hundred)
    {
        string file = Path.Combine(folder, hundred ? "fine_label_names.txt" : "batches.meta.txt");
        if (File.Exists(file) && File.ReadAllLines(file).Where(l => l.Length > 0).ToArray() is { Length: > 0 and <= 256 } names) return names;
        return hundred ? [.. Enumerable.Range(0, 100).Select(c => $"{c}")] : s_cifar10;
    }

    private static Part Read(string path, bool hundred, int classes)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int head = hundred ? 2 : 1, record = head + Picture, count = bytes.Length / record;
        if (count == 0 || bytes.Length % record != 0)
        {
            throw new DataFormatException(
                path, $"byte {count * record}: {bytes.Length} bytes are {count} records of {record} and {bytes.Length % record} bytes more.", "Was it cut off on its way?");
        }

        var part = new Part(new byte[count], new byte[(long)count * Picture]);
        for (int i = 0; i < count; i++)
        {
            byte label = bytes[(i * record) + head - 1];
            if (label >= classes) throw new DataFormatException(path, $"byte {(i * record) + head - 1}: label {label} is outside 0 to {classes - 1}.");
            part.Labels[i] = label;
            bytes.AsSpan((i * record) + head, Picture).CopyTo(part.Pixels.AsSpan(i * Picture));
        }

        return part;
    }

    private static InMemoryDataset Join(Part[] parts, string[] classes, bool hundred)
    {
        int count = parts.Sum(p => p.Labels.Length);
        var pixels = Tensor.Uninitialized(ElementType.UInt8, [count, 3, Size, Size]);
        var labels = Tensor.Uninitialized(ElementType.UInt8, [count]);
        int at = 0;
        foreach (var part in parts)
        {
            part.Labels.CopyTo(labels.AsSpan<byte>()[at..]);
            part.Pixels.CopyTo(pixels.AsSpan<byte>()[(at * Picture)..]);
            at += part.Labels.Length;
        }

        // Over all training pictures of the data sets as they are published.
        var statistics = hundred
            ? new ChannelStatistics([0.5071f, 0.4865f, 0.4409f], [0.2673f, 0.2564f, 0.2762f])
            : new ChannelStatistics([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);
        return new InMemoryDataset(pixels, labels, classes, statistics);
    }

    private sealed record Part(byte[] Labels, byte[] Pixels);
}
