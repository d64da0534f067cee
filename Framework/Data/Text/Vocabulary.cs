using Framework.Errors;
using Framework.Files;

namespace Framework.Data.Text;

/// <summary>Words and their numbers. Number 0 fills sentences up, number 1 stands for every word that is not known.</summary>
public sealed class Vocabulary
{
    /// <summary>What fills a sentence up.</summary>
    public const int Padding = 0;

    /// <summary>Any word that is not known.</summary>
    public const int Unknown = 1;

    private const string PaddingWord = "<pad>";
    private const string UnknownWord = "<unk>";

    private readonly Dictionary<string, int> _numbers;

    /// <summary>Makes a vocabulary of words, numbered from 2 in the order given.</summary>
    /// <exception cref="ArgumentException">A word comes twice.</exception>
    public Vocabulary(IEnumerable<string> words)
    {
        Words = [PaddingWord, UnknownWord, .. words];
        _numbers = Words.Select((w, i) => (w, i)).ToDictionary(p => p.w, p => p.i, StringComparer.Ordinal);
    }

    /// <summary>All words by number.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>How many words have numbers, the two special ones included.</summary>
    public int Count => Words.Count;

    /// <summary>The words of some sentences, the most frequent first, those equally frequent by alphabet.</summary>
    /// <param name="sentences">The training sentences.</param>
    /// <param name="leastCount">How often a word must occur.</param>
    /// <param name="most">The most words.</param>
    public static Vocabulary Of(IEnumerable<string> sentences, int leastCount = 1, int most = int.MaxValue) => new(sentences
        .SelectMany(Tokenizer.Split)
        .GroupBy(w => w, StringComparer.Ordinal)
        .Where(g => g.Count() >= leastCount)
        .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => g.Key)
        .Take(most));

    /// <summary>Reads a file of <see cref="Save"/>: a word a line.</summary>
    /// <exception cref="DataFormatException">The first two lines are not the special words, or a word comes twice.</exception>
    public static Vocabulary Load(string path)
    {
        string[] lines = File.ReadAllLines(path);
        if (lines is not [PaddingWord, UnknownWord, ..]) throw new DataFormatException(path, $"line 1: a vocabulary begins with {PaddingWord} and {UnknownWord}.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            if (!seen.Add(lines[i])) throw new DataFormatException(path, $"line {i + 1}: the word '{lines[i]}' comes twice.");
        }

        return new Vocabulary(lines.Skip(2));
    }

    /// <summary>Writes the words, one a line.</summary>
    public void Save(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        foreach (string word in Words) writer.WriteLine(word);
    });

    /// <summary>A word's number.</summary>
    public int NumberOf(string word) => _numbers.GetValueOrDefault(word, Unknown);

    /// <summary>A sentence's numbers: as many as asked for, cut off or filled up.</summary>
    public long[] Encode(string sentence, int length)
    {
        var numbers = new long[length];
        var words = Tokenizer.Split(sentence);
        for (int i = 0; i < Math.Min(length, words.Count); i++) numbers[i] = NumberOf(words[i]);
        return numbers;
    }
}
