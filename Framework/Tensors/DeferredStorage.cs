namespace Framework.Tensors;

/// <summary>
/// Storage whose memory is taken and filled when somebody first looks at it. Until then only its size is known, so a network of any
/// size can be wired, inspected and counted in no time.
/// </summary>
/// <param name="byteCount">Bytes that may be used.</param>
/// <param name="make">
/// Makes the memory, of so many bytes at least, and the same each time: threads that come first together each call it, and one wins.
/// </param>
public sealed unsafe class DeferredStorage(nint byteCount, Func<Storage> make) : Storage
{
    // Without a lock, which a thread that waits for the worker pool might hold while a worker wants it.
    private readonly Lazy<Storage> _made = new(make, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Whether the memory has been made.</summary>
    public bool IsMade => _made.IsValueCreated;

    /// <inheritdoc/>
    public override nint ByteCount { get; } = byteCount;

    /// <inheritdoc/>
    public override byte* Pointer => _made.Value.Pointer;

    internal override Span<T> Span<T>(nint byteOffset, int count) => _made.Value.Span<T>(byteOffset, count);
}
