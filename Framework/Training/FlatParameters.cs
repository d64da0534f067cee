using Framework.Tensors;

namespace Framework.Training;

/// <summary>
/// Tensors of many shapes laid end to end in one vector, each at a cache line's start: what an optimizer updates in one pass, and what several
/// processes could sum in one call. The gaps hold zeros and stay so.
/// </summary>
public sealed class FlatParameters
{
    private const int LineLength = Storage.Alignment / sizeof(float);

    private readonly int[] _starts;
    private readonly int _vectorsStart;

    private FlatParameters(IReadOnlyList<Shape> shapes, bool vectorsLast)
    {
        _starts = new int[shapes.Count];
        int length = Lay(i => !vectorsLast || !IsVector(shapes[i]), 0);
        _vectorsStart = length;
        if (vectorsLast) length = Lay(i => IsVector(shapes[i]), length);
        Flat = new Tensor(ElementType.Float32, [length]);
        Views = [.. shapes.Select((s, i) => new Tensor(ElementType.Float32, s, Flat.Storage, (nint)_starts[i] * sizeof(float)))];

        int Lay(Func<int, bool> belongs, int start)
        {
            for (int i = 0; i < shapes.Count; i++)
            {
                if (!belongs(i)) continue;
                _starts[i] = start;
                start = checked(start + Padded(shapes[i].ElementCount));
            }

            return start;
        }
    }

    /// <summary>The whole vector.</summary>
    public Tensor Flat { get; }

    /// <summary>The tensors within it.</summary>
    public IReadOnlyList<Tensor> Views { get; }

    /// <summary>A vector of zeros with room for tensors of these shapes.</summary>
    /// <param name="shapes">The shapes.</param>
    /// <param name="vectorsLast">Whether those of one axis or none lie behind all others.</param>
    public static FlatParameters Zeros(IReadOnlyList<Shape> shapes, bool vectorsLast = false) => new(shapes, vectorsLast);

    /// <summary>A vector that holds copies of the given tensors.</summary>
    /// <inheritdoc cref="Zeros"/>
    public static FlatParameters CopyOf(IReadOnlyList<Tensor> tensors, bool vectorsLast = false)
    {
        var flat = Zeros([.. tensors.Select(t => t.Shape)], vectorsLast);
        for (int i = 0; i < tensors.Count; i++) tensors[i].CopyTo(flat.Views[i]);
        return flat;
    }

    /// <summary>Another vector of zeros, laid out alike.</summary>
    public FlatParameters Like() => Zeros([.. Views.Select(v => v.Shape)], _vectorsStart < Flat.Count);

    /// <summary>The part of the vector that holds no vectors, and that behind it; where it was made so, else all of it and nothing.</summary>
    internal IEnumerable<Piece> Halves() => ((Piece[])[new(0, _vectorsStart, false), new(_vectorsStart, Flat.Count - _vectorsStart, true)]).Where(p => p.Count > 0);

    /// <summary>The part of the vector that each tensor has.</summary>
    internal IEnumerable<Piece> Each() => Views.Select((v, i) => new Piece(_starts[i], Padded(v.Count), IsVector(v.Shape)));

    private static bool IsVector(Shape shape) => shape.Rank <= 1;

    private static int Padded(int count) => (count + LineLength - 1) / LineLength * LineLength;

    /// <summary>A part of the vector.</summary>
    internal readonly record struct Piece(int Start, int Count, bool IsVector)
    {
        public Tensor Of(FlatParameters parameters) => parameters.Flat.Slice(Start, Count);
    }
}
