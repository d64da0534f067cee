using System.Numerics;
using Framework.Errors;

namespace Framework.Tensors;

/// <summary>
/// A dense, row-major block of elements: memory, where a <c>Value</c> of a graph is an edge. A tensor is a view into a
/// <see cref="Storage"/>; several may share one.
/// </summary>
public sealed unsafe class Tensor
{
    private readonly nint _byteOffset;

    /// <summary>A tensor of zeros.</summary>
    public Tensor(ElementType elementType, Shape shape)
        : this(elementType, shape, new ManagedStorage((nint)shape.ElementCount * elementType.Size()), 0)
    {
    }

    /// <summary>A view into <paramref name="storage"/>.</summary>
    /// <param name="elementType">The type of the elements.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="storage">The memory.</param>
    /// <param name="byteOffset">Where the first element starts.</param>
    /// <exception cref="ArgumentOutOfRangeException">The view reaches outside the storage.</exception>
    public Tensor(ElementType elementType, Shape shape, Storage storage, nint byteOffset)
    {
        nint bytes = (nint)shape.ElementCount * elementType.Size();
        if (byteOffset < 0 || byteOffset > storage.ByteCount - bytes)
            throw new ArgumentOutOfRangeException(nameof(byteOffset), $"{shape} at byte {byteOffset} reaches outside a storage of {storage.ByteCount} bytes.");
        ElementType = elementType;
        Shape = shape;
        Storage = storage;
        _byteOffset = byteOffset;
    }

    /// <summary>The type of the elements.</summary>
    public ElementType ElementType { get; }

    /// <summary>The extents.</summary>
    public Shape Shape { get; }

    /// <summary>The memory that this tensor looks into.</summary>
    public Storage Storage { get; }

    /// <summary>The number of elements.</summary>
    public int Count => Shape.ElementCount;

    /// <summary>The number of bytes that the elements take.</summary>
    public nint ByteCount => (nint)Count * ElementType.Size();

    /// <summary>The first element. Valid as long as <see cref="Storage"/> is alive.</summary>
    public byte* Pointer => Storage.Pointer + _byteOffset;

    /// <summary>A tensor of the given shape that is not cleared; for results that are written whole.</summary>
    public static Tensor Uninitialized(ElementType elementType, Shape shape) =>
        new(elementType, shape, new ManagedStorage((nint)shape.ElementCount * elementType.Size(), zeroed: false), 0);

    /// <summary>A tensor whose elements are made when somebody first looks at them.</summary>
    /// <param name="elementType">The type of the elements.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="fill">Writes every element; the tensor that it gets is not cleared.</param>
    public static Tensor Deferred(ElementType elementType, Shape shape, Action<Tensor> fill) =>
        new(elementType, shape, new DeferredStorage((nint)shape.ElementCount * elementType.Size(), () => Filled(elementType, shape, fill)), 0);

    /// <summary>Copies <paramref name="values"/> into a new tensor.</summary>
    /// <exception cref="ShapeException">The number of values is not the shape's.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged
    {
        if (values.Length != shape.ElementCount)
            throw new ShapeException("tensor", $"{values.Length} values do not fill the shape {shape} of {shape.ElementCount}.");
        var tensor = Uninitialized(ElementTypes.Of<T>(), shape);
        values.CopyTo(tensor.AsSpan<T>());
        return tensor;
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape)"/>
    public static Tensor From<T>(T[] values, Shape shape)
        where T : unmanaged => From((ReadOnlySpan<T>)values, shape);

    /// <summary>A tensor without extents that holds one value.</summary>
    public static Tensor Scalar<T>(T value)
        where T : unmanaged => From([value], Shape.Scalar);

    /// <summary>The elements.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not the type of the elements.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        if (ElementTypes.Of<T>() != ElementType)
            throw new InvalidOperationException($"A tensor of {ElementType} was asked for its elements as {typeof(T).Name}.");
        return Storage.Span<T>(_byteOffset, Count);
    }

    /// <summary>The elements' bytes.</summary>
    /// <exception cref="OverflowException">The tensor takes more than 2 GB.</exception>
    public Span<byte> AsBytes() => Storage.Span<byte>(_byteOffset, checked((int)ByteCount));

    /// <summary>The elements as bits, whatever their type; for moving them.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not as wide as an element.</exception>
    internal Span<T> AsBits<T>()
        where T : unmanaged
    {
        if (sizeof(T) != ElementType.Size()) throw new InvalidOperationException($"{typeof(T).Name} is not as wide as {ElementType}.");
        return Storage.Span<T>(_byteOffset, Count);
    }

    /// <summary>The same memory under another shape of as many elements.</summary>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public Tensor Reshape(Shape shape)
    {
        if (shape.ElementCount != Count)
            throw new ShapeException("reshape", $"{Shape} has {Count} elements, {shape} has {shape.ElementCount}.");
        return new Tensor(ElementType, shape, Storage, _byteOffset);
    }

    /// <summary>A view of <paramref name="count"/> entries of the outermost axis from <paramref name="start"/> on.</summary>
    public Tensor Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + count, Shape[0]);
        nint entry = Shape[0] == 0 ? 0 : ByteCount / Shape[0];
        return new Tensor(ElementType, [count, .. Shape[1..]], Storage, _byteOffset + (entry * start));
    }

    /// <summary>A copy with memory of its own.</summary>
    public Tensor Clone()
    {
        var copy = Uninitialized(ElementType, Shape);
        CopyTo(copy);
        return copy;
    }

    /// <summary>Copies the elements into a tensor of the same type and count.</summary>
    /// <exception cref="ShapeException">Type or number of elements differ.</exception>
    public void CopyTo(Tensor target)
    {
        if (target.ElementType != ElementType || target.Count != Count)
            throw new ShapeException("copy", $"{ElementType}{Shape} does not fit {target.ElementType}{target.Shape}.");
        Buffer.MemoryCopy(Pointer, target.Pointer, target.ByteCount, ByteCount);
        GC.KeepAlive(this);
        GC.KeepAlive(target);
    }

    /// <summary>The elements converted to <paramref name="type"/>, in a new tensor; or this one where it has the type already.</summary>
    public Tensor To(ElementType type) => type == ElementType ? this : TensorConversion.Convert(this, type);

    /// <summary>The elements converted to <typeparamref name="T"/>, as an array of their own.</summary>
    public T[] ToArray<T>()
        where T : unmanaged, INumber<T> => To(ElementTypes.Of<T>()).AsSpan<T>().ToArray();

    private static Storage Filled(ElementType elementType, Shape shape, Action<Tensor> fill)
    {
        var tensor = Uninitialized(elementType, shape);
        fill(tensor);
        return tensor.Storage;
    }

    /// <summary>Type and shape, as in <c>Float32[1,3,224,224]</c>.</summary>
    public override string ToString() => $"{ElementType}{Shape}";
}
