using System.Runtime.InteropServices;
using Framework.Tensors;
using Interop.Native;

namespace Interop.OnnxRuntime;

/// <summary>Reads names, types and extents of a session's inputs and outputs.</summary>
internal static unsafe class OrtSignature
{
    public static OrtValueInfo[] Inputs(OrtApi api, NativeHandle session, string place)
    {
        nuint count;
        api.Check(api.SessionGetInputCount(session.Value, &count), place);
        return Read(api, session, place, count, api.SessionGetInputName, api.SessionGetInputTypeInfo);
    }

    public static OrtValueInfo[] Outputs(OrtApi api, NativeHandle session, string place)
    {
        nuint count;
        api.Check(api.SessionGetOutputCount(session.Value, &count), place);
        return Read(api, session, place, count, api.SessionGetOutputName, api.SessionGetOutputTypeInfo);
    }

    /// <summary>Element type and extents of a tensor description; an extent that is not fixed is negative.</summary>
    public static (ElementType ElementType, long[] Extents) Describe(OrtApi api, nint tensorInfo, string place)
    {
        int type;
        api.Check(api.GetTensorElementType(tensorInfo, &type), place);
        nuint rank;
        api.Check(api.GetDimensionsCount(tensorInfo, &rank), place);
        var extents = new long[rank];
        fixed (long* e = extents) api.Check(api.GetDimensions(tensorInfo, e, rank), place);
        return (Enum.IsDefined((ElementType)type) ? (ElementType)type : ElementType.Undefined, extents);
    }

    private static OrtValueInfo[] Read(
        OrtApi api,
        NativeHandle session,
        string place,
        nuint count,
        delegate* unmanaged<nint, nuint, nint, nint*, nint> nameOf,
        delegate* unmanaged<nint, nuint, nint*, nint> typeOf)
    {
        nint allocator;
        api.Check(api.GetAllocatorWithDefaultOptions(&allocator), place);
        var values = new OrtValueInfo[count];
        for (nuint i = 0; i < count; i++)
        {
            nint text;
            api.Check(nameOf(session.Value, i, allocator, &text), place);
            string name = Marshal.PtrToStringUTF8(text)!;
            api.Check(api.AllocatorFree(allocator, text), place);

            nint type;
            api.Check(typeOf(session.Value, i, &type), place);
            using var description = new NativeHandle(type, api.ReleaseTypeInfo);
            nint tensor;
            api.Check(api.CastTypeInfoToTensorInfo(type, &tensor), place);
            values[i] = tensor == 0 ? new OrtValueInfo(name, ElementType.Undefined, []) : Tensor(api, tensor, name, place);
        }

        return values;
    }

    private static OrtValueInfo Tensor(OrtApi api, nint tensor, string name, string place)
    {
        var (elementType, extents) = Describe(api, tensor, place);
        var symbols = new nint[extents.Length];
        fixed (nint* s = symbols) api.Check(api.GetSymbolicDimensions(tensor, s, (nuint)symbols.Length), place);

        var dimensions = new OrtDimension[extents.Length];
        for (int axis = 0; axis < dimensions.Length; axis++)
        {
            string? symbol = Marshal.PtrToStringUTF8(symbols[axis]);
            dimensions[axis] = new OrtDimension(extents[axis] < 0 ? null : extents[axis], symbol is { Length: > 0 } ? symbol : null);
        }

        return new OrtValueInfo(name, elementType, dimensions);
    }
}
