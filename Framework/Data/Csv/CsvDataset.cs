using System.Globalization;
using Framework.Data.Text;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Csv;

/// <summary>
/// Labelled rows of a CSV file. The label is the column called label, class, target or y, or else the last; all others are numbers, or one of
/// them is called text or sentence and holds sentences. Labels that are not whole numbers are names of classes. A file has a header where its first row
/// is not all numbers, or no more so than the others.
/// </summary>
/// <remarks>
/// Numbers are samples [1, 1, columns], or of the extents that are asked for. A folder with <c>train.csv</c> and <c>test.csv</c> (or <c>.tsv</c>) is
/// taken as it is parted; of one file a share of each class is kept for testing.
/// </remarks>
public static class CsvDataset
{
    private static readonly string[] s_labelNames = ["label", "class", "target", "y"];
    private static readonly string[] s_textNames = ["text", "sentence"];
    private static readonly string[] s_endings = [".csv", ".tsv"];

    /// <summary>Whether a file or folder is of this form, by its name.</summary>
    public static bool Knows(string path) => File.Exists(path)
        ? s_endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
        : Find(path, "train") is not null && Find(path, "test") is not null;

    /// <summary>Reads a split.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="split">The part.</param>
    /// <param name="options">The samples' extents, the share to test on, whether bad lines are left out.</param>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="DataFormatException">A line is not what it should be.</exception>
    public static IDataset Open(string path, DataSplit split, DataOptions? options = null)
    {
        options ??= new DataOptions();
        if (File.Exists(path)) return Whole(path, split, options);
        string train = Find(path, "train") ?? throw new UsageException(path, "holds no train.csv.");
        string test = Find(path, "test") ?? throw new UsageException(path, "holds no test.csv.");
        var training = new CsvColumns(train);
        var chosen = split == DataSplit.Train ? training : new CsvColumns(test);
        string[] classes = Classes(training, split == DataSplit.Train ? options : options with { Skip = options.Skip is null ? null : _ => { } });
        return Make(chosen, classes, chosen.Rows, training.Rows, options);
    }

    private static IDataset Whole(string path, DataSplit split, DataOptions options)
    {
        var columns = new CsvColumns(path);
        string[] classes = Classes(columns, options);
        int[] labels = [.. columns.Rows.Select(r => Array.IndexOf(classes, columns.LabelOf(r)))];
        int[] train = HeldOut.Choose(labels, DataSplit.Train, options.TestShare, options.Seed);
        var training = Array.ConvertAll(train, i => columns.Rows[i]);
        var chosen = split == DataSplit.Train ? training : [.. columns.Rows.Except(training)];
        return Make(columns, classes, chosen, training, options);
    }

    private static string? Find(string folder, string name) =>
        s_endings.Select(e => Path.Combine(folder, name + e)).FirstOrDefault(File.Exists);

    // Numbers count the classes from 0; names are in alphabetical order.
    private static string[] Classes(CsvColumns columns, DataOptions options)
    {
        columns.DropRagged(options);
        string[] labels = [.. columns.Rows.Select(columns.LabelOf).Distinct()];
        if (labels.Length == 0) throw new DataFormatException(columns.Place, "holds no row.");
        return labels.All(l => int.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n < 10_000)
            ? [.. Enumerable.Range(0, labels.Max(l => int.Parse(l, CultureInfo.InvariantCulture)) + 1).Select(c => $"{c}")]
            : [.. labels.Order(StringComparer.Ordinal)];
    }

    private static IDataset Make(CsvColumns columns, string[] classes, IReadOnlyList<CsvRow> rows, IReadOnlyList<CsvRow> training, DataOptions options)
    {
        columns.DropRagged(options);
        if (columns.Text is { } text)
        {
            var vocabulary = Vocabulary.Of(training.Select(r => r.Values[text]));
            var labelled = rows.Select(r => options.Try(() => new LabelledText(r.Values[text], Label(r)))).OfType<LabelledText>();
            return new SentenceDataset([.. labelled], classes, vocabulary);
        }

        int features = columns.Count - 1;
        var shape = options.Sample ?? [1, 1, features];
        if (shape.ElementCount != features)
            throw new ShapeException(columns.Place, $"has {features} numbers in a row, which are not {shape}.");
        var samples = rows.Select(r => options.Try(() => new Row(Label(r), columns.NumbersOf(r)))).OfType<Row>().ToArray();
        if (samples.Length == 0) throw new DataFormatException(columns.Place, "holds no row for this part.");
        var values = Tensor.Uninitialized(ElementType.Float32, [samples.Length, .. shape]);
        for (int i = 0; i < samples.Length; i++) samples[i].Values.CopyTo(values.AsSpan<float>()[(i * features)..]);
        return new InMemoryDataset(values, Tensor.From([.. samples.Select(s => s.Label)], [samples.Length]), classes);

        int Label(CsvRow row) => Array.IndexOf(classes, columns.LabelOf(row)) is >= 0 and var label
            ? label
            : throw new DataFormatException($"{columns.Place}, line {row.Line}", $"the class '{columns.LabelOf(row)}' does not occur in the training rows.");
    }

    private sealed record Row(int Label, float[] Values);

    /// <summary>What the columns of a file are.</summary>
    private sealed class CsvColumns
    {
        private readonly int _label;

        public CsvColumns(string path)
        {
            Place = path;
            var rows = CsvTable.Read(path);
            if (rows.Count == 0) throw new DataFormatException(path, "is empty.");
            Count = rows[0].Values.Count;
            if (Count < 2) throw new DataFormatException($"{path}, line {rows[0].Line}", "one value is in it; a label and something beside it are needed.");
            string[] names = [.. rows[0].Values.Select(v => v.Trim().ToLowerInvariant())];
            _label = Array.FindIndex(names, s_labelNames.Contains);
            bool named = _label >= 0 || names.Any(s_textNames.Contains)
                || (rows.Count > 1 && rows[0].Values.Zip(rows[1].Values).Any(p => !IsNumber(p.First) && IsNumber(p.Second)));
            if (_label < 0) _label = Count - 1;
            if (named && Array.FindIndex(names, s_textNames.Contains) is >= 0 and var text && text != _label) Text = text;
            Rows = named ? [.. rows.Skip(1)] : rows;
        }

        public string Place { get; }

        public int Count { get; }

        public int? Text { get; }

        public IReadOnlyList<CsvRow> Rows { get; private set; }

        public string LabelOf(CsvRow row) => row.Values[_label].Trim();

        public void DropRagged(DataOptions options) => Rows =
        [
            .. Rows.Select(r => options.Try(() => r.Values.Count == Count
                ? r
                : throw new DataFormatException($"{Place}, line {r.Line}", $"has {r.Values.Count} values, the first row has {Count}."))).OfType<CsvRow>(),
        ];

        public float[] NumbersOf(CsvRow row)
        {
            var numbers = new float[Count - 1];
            for (int column = 0, at = 0; column < Count; column++)
            {
                if (column == _label) continue;
                if (!float.TryParse(row.Values[column], CultureInfo.InvariantCulture, out numbers[at++]) || !float.IsFinite(numbers[at - 1]))
                    throw new DataFormatException($"{Place}, line {row.Line}, column {column + 1}", $"'{row.Values[column]}' is no number.");
            }

            return numbers;
        }

        private static bool IsNumber(string text) => float.TryParse(text, CultureInfo.InvariantCulture, out _);
    }
}
