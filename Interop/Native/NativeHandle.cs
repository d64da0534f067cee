using System.Runtime.InteropServices;

namespace Interop.Native;

/// <summary>A native object of an engine and the function that releases it.</summary>
internal sealed unsafe class NativeHandle : SafeHandle
{
    private readonly delegate* unmanaged<nint, void> _release;
    private readonly NativeHandle? _parent;
    private readonly bool _holdsParent;
    private long _weight;

    /// <summary>Takes over <paramref name="value"/>.</summary>
    /// <param name="value">The native object.</param>
    /// <param name="release">Its release function.</param>
    /// <param name="parent">What must be released later than this, whatever the order of disposal.</param>
    public NativeHandle(nint value, delegate* unmanaged<nint, void> release, NativeHandle? parent = null)
        : base(0, ownsHandle: true)
    {
        _release = release;
        _parent = parent;
        parent?.DangerousAddRef(ref _holdsParent);
        SetHandle(value);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The native object; valid while this is alive and not disposed.</summary>
    /// <exception cref="ObjectDisposedException">It was released.</exception>
    public nint Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    /// <summary>Tells the garbage collector, once, how many bytes it cannot see will go with this.</summary>
    public void Weigh(long bytes)
    {
        if (bytes == 0) return;
        _weight = bytes;
        GC.AddMemoryPressure(bytes);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _release(handle);
        if (_weight > 0) GC.RemoveMemoryPressure(_weight);
        if (_holdsParent) _parent!.DangerousRelease();
        return true;
    }
}
