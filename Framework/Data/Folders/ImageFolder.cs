using Framework.Data.Images;
using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Folders;

/// <summary>
/// A folder of pictures, a folder within for each class: either in <c>train/</c> and <c>test/</c> (or <c>val/</c>), or all together, where a share of
/// each class is kept for testing. Files whose names begin with a dot are passed over.
/// </summary>
/// <remarks>
/// Pictures are brought to one size: scaled until they cover it, then cut out of the middle. What small sets of pictures come to is kept in memory, as
/// bytes; of larger ones each file is read whenever its sample is.
/// </remarks>
public sealed class ImageFolder : IDataset
{
    /// <summary>The most bytes of pictures that are kept in memory.</summary>
    public const long MostKept = 1L << 29;

    private const int LargestUnasked = 256;

    private readonly ImageReader _reader;
    private readonly string[] _files;
    private readonly int[] _labels;
    private readonly byte[]?[]? _kept;

    private ImageFolder(ImageReader reader, (string File, int Label)[] files, IReadOnlyList<string> classes, Shape shape)
    {
        _reader = reader;
        _files = [.. files.Select(f => f.File)];
        _labels = [.. files.Select(f => f.Label)];
        ClassNames = classes;
        SampleShape = shape;
        if ((long)_files.Length * shape.ElementCount <= MostKept) _kept = new byte[]?[_files.Length];
    }

    /// <inheritdoc/>
    public int Count => _files.Length;

    /// <inheritdoc/>
    public Shape SampleShape { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public ChannelStatistics? Statistics => null;

    /// <summary>The file of each sample.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Whether a folder is of this form.</summary>
    public static bool Knows(string folder) => Directory.Exists(folder) && Directory.GetDirectories(folder).Length > 0;

    /// <summary>Opens a split. Files are read when their samples are, unless bad ones are to be skipped: then all are, now.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="split">The part.</param>
    /// <param name="options">The reader, the samples' extents, the share to test on, whether bad files are left out.</param>
    /// <exception cref="UsageException">The folder is of another form.</exception>
    /// <exception cref="DataFormatException">The first file, which decides the extents where they were not given, is bad.</exception>
    public static ImageFolder Open(string folder, DataSplit split, DataOptions? options = null)
    {
        options ??= new DataOptions();
        string? train = Within(folder, "train"), test = Within(folder, "test") ?? Within(folder, "val");
        bool parted = train is not null && test is not null;
        string[] classes = Classes(parted ? train! : folder);
        if (classes.Length < 2) throw new UsageException(folder, "holds no folders of pictures, one for each class.", "Two classes at least are needed.");
        var files = FilesOf(parted ? (split == DataSplit.Train ? train! : test!) : folder, classes);
        if (!parted)
        {
            int[] chosen = HeldOut.Choose([.. files.Select(f => f.Label)], split, options.TestShare, options.Seed);
            files = [.. chosen.Select(i => files[i])];
        }

        // Extents must be the same for both parts, so the first class's first file decides for both.
        var shape = Checked(options.Sample ?? ExtentsOf(FilesOf(parted ? train! : folder, classes), options));
        var all = new ImageFolder(options.Images, files, classes, shape);
        return options.Skip is null ? all : all.WithoutBad(options);
    }

    /// <inheritdoc/>
    public int Read(int index, Span<float> sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        if (sample.Length != SampleShape.ElementCount)
            throw new ArgumentException($"A sample {SampleShape} has {SampleShape.ElementCount} values, not {sample.Length}.", nameof(sample));
        byte[] bytes = _kept?[index] ?? Load(index);
        if (_kept is not null) _kept[index] = bytes;
        for (int i = 0; i < sample.Length; i++) sample[i] = bytes[i] / 255f;
        return _labels[index];
    }

    private ImageFolder WithoutBad(DataOptions options)
    {
        var bad = new DataFormatException?[Count];
        Parallel.For(0, Count, i =>
        {
            try
            {
                byte[] bytes = Load(i);
                if (_kept is not null) _kept[i] = bytes;
            }
            catch (DataFormatException error)
            {
                bad[i] = error;
            }
        });
        foreach (var error in bad.OfType<DataFormatException>()) options.Skip!(error);
        int[] good = [.. Enumerable.Range(0, Count).Where(i => bad[i] is null)];
        if (good.Length == Count) return this;
        if (good.Length == 0) throw new DataFormatException(Path.GetDirectoryName(_files[0])!, "no picture here can be read.");
        var rest = new ImageFolder(_reader, [.. good.Select(i => (_files[i], _labels[i]))], ClassNames, SampleShape);
        for (int i = 0; rest._kept is not null && i < good.Length; i++) rest._kept[i] = _kept?[good[i]];
        return rest;
    }

    private byte[] Load(int index)
    {
        int channels = SampleShape[0], rows = SampleShape[1], columns = SampleShape[2];
        var picture = _reader.Read(_files[index]).With(channels);
        var planes = new float[picture.Pixels.Length];
        picture.ToPlanes(planes);
        var fitted = planes;
        if (picture.Rows != rows || picture.Columns != columns)
        {
            fitted = new float[SampleShape.ElementCount];
            Resampling.Apply(planes, [channels, picture.Rows, picture.Columns], Region.Covering(picture.Rows, picture.Columns, rows, columns), fitted, rows, columns);
        }

        return Array.ConvertAll(fitted, v => (byte)MathF.Round(Math.Clamp(v, 0, 1) * 255));
    }

    private static string? Within(string folder, string name) => Path.Combine(folder, name) is var path && Directory.Exists(path) ? path : null;

    private static string[] Classes(string folder) =>
        [.. Directory.GetDirectories(folder).Select(d => Path.GetFileName(d)).Where(n => !n.StartsWith('.')).Order(StringComparer.Ordinal)];

    private static (string File, int Label)[] FilesOf(string folder, string[] classes)
    {
        (string File, int Label)[] files =
        [
            .. classes.SelectMany((name, label) => Within(folder, name) is { } path
                ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                    .Where(f => !Path.GetFileName(f).StartsWith('.'))
                    .Order(StringComparer.Ordinal)
                    .Select(f => (f, label))
                : []),
        ];
        return files.Length > 0 ? files : throw new UsageException(folder, "holds no files in its folders of classes.");
    }

    private static Shape ExtentsOf((string File, int Label)[] files, DataOptions options)
    {
        foreach (var (file, _) in files)
        {
            if (options.Try(() => options.Images.Read(file)) is { } first)
                return [first.Channels < 3 ? 1 : 3, Math.Min(first.Rows, LargestUnasked), Math.Min(first.Columns, LargestUnasked)];
        }

        throw new DataFormatException(Path.GetDirectoryName(files[0].File)!, "no picture here can be read.");
    }

    private static Shape Checked(Shape shape) => shape.Rank == 3 && shape[0] is 1 or 3 && shape.ElementCount > 0
        ? shape
        : throw new ShapeException("pictures of a folder", $"cannot be brought to {shape}.", "[channels, rows, columns] with 1 or 3 channels is expected.");
}
