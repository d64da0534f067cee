using Framework.Tensors;

namespace Interop.Native;

/// <summary>Tensors over an engine's memory.</summary>
internal static unsafe class NativeTensor
{
    /// <summary>A tensor over the memory of a native object, which lives as long as the tensor.</summary>
    /// <param name="owner">The native object.</param>
    /// <param name="data">The first element.</param>
    /// <param name="elementType">The type of the elements.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="lenders">Our tensors that the engine was given: a result may only pass one on, and then lies in its memory.</param>
    public static Tensor Over(NativeHandle owner, void* data, ElementType elementType, Shape shape, IEnumerable<Tensor> lenders)
    {
        nint byteCount = (nint)shape.ElementCount * elementType.Size();
        var lender = Lender(lenders, (byte*)data);
        if (lender is null) owner.Weigh(byteCount);
        return new Tensor(elementType, shape, new ForeignStorage((byte*)data, byteCount, lender is null ? owner : (owner, lender)), 0);
    }

    private static Storage? Lender(IEnumerable<Tensor> tensors, byte* address)
    {
        foreach (var tensor in tensors)
        {
            if (address >= tensor.Storage.Pointer && address < tensor.Storage.Pointer + tensor.Storage.ByteCount) return tensor.Storage;
        }

        return null;
    }
}
