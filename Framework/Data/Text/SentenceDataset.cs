using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Text;

/// <summary>A sentence and its class.</summary>
/// <param name="Sentence">The sentence.</param>
/// <param name="Label">Its class, from 0.</param>
public sealed record LabelledText(string Sentence, int Label);

/// <summary>Sentences as numbers of words, cut off or filled up to one length; batches are <see cref="ElementType.Int64"/> [N, length].</summary>
public sealed class SentenceDataset : IDataset
{
    /// <summary>Words of a sample where nothing else is asked for.</summary>
    public const int UsualLength = 64;

    private readonly long[][] _words;

    /// <summary>Makes a data set of sentences.</summary>
    /// <exception cref="DataFormatException">There is no sentence, or a label is none of the classes.</exception>
    public SentenceDataset(IReadOnlyList<LabelledText> texts, IReadOnlyList<string> classNames, Vocabulary vocabulary, int length = UsualLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (texts.Count == 0) throw new DataFormatException("sentences", "there are none.");
        if (texts.FirstOrDefault(t => t.Label < 0 || t.Label >= classNames.Count) is { } wrong)
            throw new DataFormatException("sentences", $"label {wrong.Label} of '{wrong.Sentence}' is outside 0 to {classNames.Count - 1}.");
        Texts = texts;
        ClassNames = classNames;
        Vocabulary = vocabulary;
        SampleShape = [length];
        _words = [.. texts.Select(t => vocabulary.Encode(t.Sentence, length))];
    }

    /// <summary>The sentences.</summary>
    public IReadOnlyList<LabelledText> Texts { get; }

    /// <summary>The words that have numbers.</summary>
    public Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public int Count => Texts.Count;

    /// <inheritdoc/>
    public Shape SampleShape { get; }

    /// <inheritdoc/>
    public ElementType SampleType => ElementType.Int64;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Mean 0 and deviation 1: numbers of words are not scaled.</summary>
    public ChannelStatistics Statistics { get; } = new([0], [1]);

    /// <inheritdoc/>
    public int Read(int index, Span<float> sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        if (sample.Length != SampleShape[0]) throw new ArgumentException($"A sample has {SampleShape[0]} words, not {sample.Length}.", nameof(sample));
        for (int i = 0; i < sample.Length; i++) sample[i] = _words[index][i]; // exact up to 2^24 words
        return Texts[index].Label;
    }
}
