using Framework.Graphs;
using Framework.Modules;
using Framework.Tensors;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// The sentence classifier of Kim 2014: word vectors, one-dimensional convolutions of several widths side by side, of each filter its maximum over
/// time, dropout, one fully connected layer. Takes word numbers, 64-bit integers [N, T].
/// </summary>
public sealed class TextCnn : Module
{
    /// <summary>Words of a sentence where nothing else is asked for.</summary>
    public const int UsualLength = 64;

    private readonly int _length;
    private readonly Embedding _words;
    private readonly Conv1d[] _convolutions;
    private readonly Dropout _dropout;
    private readonly Linear _fc;

    /// <summary>Makes the network.</summary>
    /// <param name="words">The number of words.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="vectorSize">Entries of a word's vector.</param>
    /// <param name="filters">Filters of each width.</param>
    /// <param name="widths">How many words filters see; null takes 3, 4 and 5.</param>
    /// <param name="length">Words of a sentence, those that fill it up included; another may be given when it is traced.</param>
    public TextCnn(int words = 20_000, int classes = 2, int vectorSize = 300, int filters = 100, int[]? widths = null, int length = UsualLength)
    {
        widths ??= [3, 4, 5];
        _length = length;
        _words = Add("words", new Embedding(words, vectorSize));
        _convolutions = [.. widths.Select(w => Add($"conv{w}", new Conv1d(vectorSize, filters, kernel: w)))];
        _dropout = Add("dropout", new Dropout());
        _fc = Add("fc", new Linear(filters * widths.Length, classes, initialization: Initialization.LeCun));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", _length];

    /// <inheritdoc/>
    public override ElementType InputType => ElementType.Int64;

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _words.Forward(x).Transpose(0, 2, 1);
        Value[] features = [.. _convolutions.Select(c => c.Forward(x).Relu().GlobalMaxPool().Flatten())];
        return _fc.Forward(_dropout.Forward(features.Concat(axis: 1)));
    }
}
