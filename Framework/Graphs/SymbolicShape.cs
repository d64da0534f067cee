using System.Collections;
using System.Runtime.CompilerServices;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Graphs;

/// <summary>The extents of a value, some of which may still be symbols: <c>["N", 3, 224, 224]</c>; immutable.</summary>
[CollectionBuilder(typeof(SymbolicShape), nameof(Create))]
public sealed class SymbolicShape : IReadOnlyList<Dimension>, IEquatable<SymbolicShape>
{
    private readonly Dimension[] _dimensions;

    /// <summary>Copies <paramref name="dimensions"/>.</summary>
    public SymbolicShape(params ReadOnlySpan<Dimension> dimensions) => _dimensions = dimensions.ToArray();

    /// <summary>Makes a shape; what a collection expression calls.</summary>
    public static SymbolicShape Create(ReadOnlySpan<Dimension> dimensions) => new(dimensions);

    /// <summary>The number of dimensions.</summary>
    public int Rank => _dimensions.Length;

    int IReadOnlyCollection<Dimension>.Count => Rank;

    /// <summary>Whether every dimension is a number.</summary>
    public bool IsKnown => Array.TrueForAll(_dimensions, d => d.IsKnown);

    /// <summary>The dimension of an axis.</summary>
    public Dimension this[int axis] => _dimensions[axis];

    /// <summary>The dimension of an axis counted from the end.</summary>
    public Dimension this[Index axis] => _dimensions[axis];

    /// <summary>The dimensions of a range of axes.</summary>
    public SymbolicShape this[Range axes] => new(_dimensions.AsSpan(axes));

    /// <summary>A copy with another dimension at one axis.</summary>
    public SymbolicShape With(int axis, Dimension dimension)
    {
        var copy = (Dimension[])_dimensions.Clone();
        copy[axis] = dimension;
        return new SymbolicShape(copy);
    }

    /// <summary>The product of all dimensions.</summary>
    public Dimension ElementCount
    {
        get
        {
            Dimension product = 1;
            foreach (var dimension in _dimensions) product *= dimension;
            return product;
        }
    }

    /// <summary>
    /// The dimension that multiplies <paramref name="known"/> to this shape's number of elements; null where symbols do
    /// not cancel.
    /// </summary>
    public Dimension? Quotient(IEnumerable<Dimension> known)
    {
        long dividend = 1, divisor = 1;
        var symbols = new List<Dimension>();
        foreach (var dimension in _dimensions)
        {
            if (dimension.IsKnown) dividend = checked(dividend * dimension.Value);
            else symbols.Add(dimension);
        }

        foreach (var dimension in known)
        {
            if (dimension.IsKnown) divisor = checked(divisor * dimension.Value);
            else if (!symbols.Remove(dimension)) return null;
        }

        if (divisor == 0 || dividend % divisor != 0) return null;
        Dimension quotient = dividend / divisor;
        foreach (var symbol in symbols) quotient *= symbol;
        return quotient;
    }

    /// <summary>The shape as numbers.</summary>
    /// <exception cref="ShapeException">A dimension is symbolic or too large.</exception>
    public Shape ToShape(string place = "shape")
    {
        var extents = new int[Rank];
        for (int axis = 0; axis < Rank; axis++)
        {
            if (!_dimensions[axis].IsKnown)
                throw new ShapeException(place, $"dimension {axis} of {this} has no number.", "Bind the input shapes first.");
            extents[axis] = _dimensions[axis].ToInt(place);
        }

        return new Shape(extents);
    }

    /// <summary>The same extents, all known.</summary>
    public static implicit operator SymbolicShape(Shape shape)
    {
        var dimensions = new Dimension[shape.Rank];
        for (int axis = 0; axis < dimensions.Length; axis++) dimensions[axis] = shape[axis];
        return new SymbolicShape(dimensions);
    }

    /// <inheritdoc/>
    public bool Equals(SymbolicShape? other) => other is not null && _dimensions.AsSpan().SequenceEqual(other._dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SymbolicShape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var dimension in _dimensions) hash.Add(dimension);
        return hash.ToHashCode();
    }

    /// <summary>The shape as in <c>[N,3,224,224]</c>.</summary>
    public override string ToString() => $"[{string.Join(',', _dimensions)}]";

    /// <inheritdoc/>
    public IEnumerator<Dimension> GetEnumerator() => ((IEnumerable<Dimension>)_dimensions).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether two shapes have equal dimensions.</summary>
    public static bool operator ==(SymbolicShape? left, SymbolicShape? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(SymbolicShape? left, SymbolicShape? right) => !(left == right);
}
