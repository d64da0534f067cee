using System.Collections;
using System.Runtime.CompilerServices;
using Framework.Errors;

namespace Framework.Tensors;

/// <summary>
/// The extents of a tensor, outermost first; immutable. Written as a collection expression: <c>Shape s = [1, 3, 224, 224]</c>.
/// </summary>
/// <remarks>
/// An extent and the number of elements each fit an <see cref="int"/>, so that every tensor can be seen as a span; a
/// larger one is refused here, before any memory is taken.
/// </remarks>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IReadOnlyList<int>, IEquatable<Shape>
{
    private readonly int[] _extents;

    /// <summary>Copies <paramref name="extents"/>.</summary>
    /// <exception cref="ShapeException">An extent is negative or the number of elements exceeds 2^31 - 1.</exception>
    public Shape(params ReadOnlySpan<int> extents)
    {
        _extents = extents.ToArray();
        long count = 1;
        bool empty = false;
        foreach (int extent in extents)
        {
            if (extent < 0) throw new ShapeException($"shape {this}", "an extent is negative.");
            if (extent == 0) empty = true;
            else if (!empty || count <= int.MaxValue) count = count > int.MaxValue ? count : count * extent;
        }

        if (!empty && count > int.MaxValue)
            throw new ShapeException($"shape {this}", "a tensor holds at most 2,147,483,647 elements.");
        ElementCount = empty ? 0 : (int)count;
    }

    /// <summary>The shape of a scalar: no extents, one element.</summary>
    public static Shape Scalar { get; } = new();

    /// <summary>Makes a shape; what a collection expression calls.</summary>
    public static Shape Create(ReadOnlySpan<int> extents) => new(extents);

    /// <summary>Makes a shape of 64-bit extents, as files hold them.</summary>
    /// <exception cref="ShapeException">An extent is negative or too large.</exception>
    public static Shape From(ReadOnlySpan<long> extents)
    {
        var narrow = new int[extents.Length];
        for (int i = 0; i < narrow.Length; i++)
        {
            if (extents[i] is < 0 or > int.MaxValue)
                throw new ShapeException($"shape [{string.Join(',', extents.ToArray())}]", $"extent {extents[i]} is outside 0 to 2,147,483,647.");
            narrow[i] = (int)extents[i];
        }

        return new Shape(narrow);
    }

    /// <summary>The number of extents.</summary>
    public int Rank => _extents.Length;

    /// <summary>The number of elements: the product of the extents, 1 for a scalar.</summary>
    public int ElementCount { get; }

    int IReadOnlyCollection<int>.Count => Rank;

    /// <summary>The extent of an axis.</summary>
    public int this[int axis] => _extents[axis];

    /// <summary>The extent of an axis counted from the end.</summary>
    public int this[Index axis] => _extents[axis];

    /// <summary>The extents of a range of axes, as a shape.</summary>
    public Shape this[Range axes] => new(_extents.AsSpan(axes));

    /// <summary>The extents as a span.</summary>
    public ReadOnlySpan<int> Extents => _extents;

    /// <summary>Elements between neighbours along each axis in row-major order.</summary>
    public int[] Strides()
    {
        var strides = new int[Rank];
        int stride = 1;
        for (int axis = Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= Math.Max(1, _extents[axis]);
        }

        return strides;
    }

    /// <summary>The extents as 64-bit integers, as files hold them.</summary>
    public long[] ToLongs() => Array.ConvertAll(_extents, e => (long)e);

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _extents.AsSpan().SequenceEqual(other._extents);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int extent in _extents) hash.Add(extent);
        return hash.ToHashCode();
    }

    /// <summary>The shape as in <c>[1,3,224,224]</c>.</summary>
    public override string ToString() => $"[{string.Join(',', _extents)}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_extents).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether two shapes have the same extents.</summary>
    public static bool operator ==(Shape? left, Shape? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape? left, Shape? right) => !(left == right);
}
