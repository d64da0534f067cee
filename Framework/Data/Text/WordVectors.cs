using System.Globalization;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Text;

/// <summary>
/// Vectors of words in the text form that word2vec and GloVe write: a word and its numbers on each line, with single spaces between; word2vec's
/// form begins with a line of two numbers, how many words and how many entries.
/// </summary>
public sealed class WordVectors
{
    private readonly Dictionary<string, float[]> _vectors = new(StringComparer.Ordinal);

    private WordVectors(int size) => Size = size;

    /// <summary>Entries of a vector.</summary>
    public int Size { get; }

    /// <summary>How many words have vectors.</summary>
    public int Count => _vectors.Count;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="wanted">The words to keep; null for all. Files hold millions, a task needs thousands.</param>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="DataFormatException">A line is not what it should be.</exception>
    public static WordVectors Read(string path, Vocabulary? wanted = null)
    {
        if (!File.Exists(path)) throw new UsageException(path, "there is no such file.");
        var kept = wanted?.Words.ToHashSet(StringComparer.Ordinal);
        WordVectors? vectors = null;
        long declared = -1, number = 0, words = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string[] parts = line.TrimEnd().Split(' ');
            if (number == 1 && parts.Length == 2 && long.TryParse(parts[0], CultureInfo.InvariantCulture, out declared)
                && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int size) && size > 0)
            {
                vectors = new WordVectors(size);
                continue;
            }

            if (parts.Length < 2) throw new DataFormatException($"{path}, line {number}", "a word and its numbers are expected.");
            vectors ??= new WordVectors(parts.Length - 1);
            if (parts.Length != vectors.Size + 1)
                throw new DataFormatException($"{path}, line {number}", $"the word has {parts.Length - 1} numbers, others {vectors.Size}.");
            words++;
            if (kept is null || kept.Contains(parts[0])) vectors._vectors.TryAdd(parts[0], Parse(parts, $"{path}, line {number}"));
        }

        if (vectors is null) throw new DataFormatException(path, "is empty.");
        if (declared >= 0 && declared != words) throw new DataFormatException(path, $"line 1 declares {declared} words, {words} follow.", "Was it cut off on its way?");
        return vectors;
    }

    /// <summary>A word's vector; null where it has none.</summary>
    public IReadOnlyList<float>? Find(string word) => _vectors.GetValueOrDefault(word);

    /// <summary>
    /// The table of a vocabulary, Float32 [words, size], as an embedding takes it. Words without a vector get numbers in [-0.25, 0.25] by the seed (Kim
    /// 2014), what fills up gets zeros.
    /// </summary>
    public Tensor TableFor(Vocabulary vocabulary, long seed = 1)
    {
        var table = new Tensor(ElementType.Float32, [vocabulary.Count, Size]);
        for (int word = Vocabulary.Unknown; word < vocabulary.Count; word++)
        {
            var row = table.AsSpan<float>().Slice(word * Size, Size);
            if (_vectors.TryGetValue(vocabulary.Words[word], out float[]? vector))
            {
                vector.CopyTo(row);
                continue;
            }

            var random = new CounterRandom(seed, word);
            foreach (ref float entry in row) entry = (float)((random.NextDouble() - 0.5) / 2);
        }

        return table;
    }

    private static float[] Parse(string[] parts, string place)
    {
        var vector = new float[parts.Length - 1];
        for (int i = 0; i < vector.Length; i++)
        {
            if (!float.TryParse(parts[i + 1], CultureInfo.InvariantCulture, out vector[i]) || !float.IsFinite(vector[i]))
                throw new DataFormatException(place, $"'{parts[i + 1]}' is no number.");
        }

        return vector;
    }
}
