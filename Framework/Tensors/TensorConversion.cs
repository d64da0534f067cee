using System.Numerics;

namespace Framework.Tensors;

/// <summary>Conversion between element types with the rules of ONNX's Cast.</summary>
/// <remarks>
/// Float to integer truncates; what does not fit wraps or saturates as C#'s unchecked conversion does (ONNX leaves it
/// undefined). Anything but zero is true.
/// </remarks>
internal static class TensorConversion
{
    public static Tensor Convert(Tensor source, ElementType type)
    {
        var target = Tensor.Uninitialized(type, source.Shape);
        switch (source.ElementType)
        {
            case ElementType.Float32: From<float>(source, target); break;
            case ElementType.Float64: From<double>(source, target); break;
            case ElementType.Float16: From<Half>(source, target); break;
            case ElementType.Int8: From<sbyte>(source, target); break;
            case ElementType.Int16: From<short>(source, target); break;
            case ElementType.Int32: From<int>(source, target); break;
            case ElementType.Int64: From<long>(source, target); break;
            case ElementType.UInt8: From<byte>(source, target); break;
            case ElementType.UInt16: From<ushort>(source, target); break;
            case ElementType.UInt32: From<uint>(source, target); break;
            case ElementType.UInt64: From<ulong>(source, target); break;
            case ElementType.Bool:
                FromSpan(Array.ConvertAll(source.AsSpan<bool>().ToArray(), b => b ? (byte)1 : (byte)0), target);
                break;
            case ElementType.BFloat16:
                FromSpan(Array.ConvertAll(source.AsSpan<BFloat16>().ToArray(), b => (float)b), target);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(source), source.ElementType, "not an element type");
        }

        return target;
    }

    private static void From<T>(Tensor source, Tensor target)
        where T : unmanaged, INumber<T> => FromSpan<T>(source.AsSpan<T>(), target);

    private static void FromSpan<T>(ReadOnlySpan<T> source, Tensor target)
        where T : unmanaged, INumber<T>
    {
        switch (target.ElementType)
        {
            case ElementType.Float32: Each<T, float>(source, target); break;
            case ElementType.Float64: Each<T, double>(source, target); break;
            case ElementType.Float16: Each<T, Half>(source, target); break;
            case ElementType.Int8: Each<T, sbyte>(source, target); break;
            case ElementType.Int16: Each<T, short>(source, target); break;
            case ElementType.Int32: Each<T, int>(source, target); break;
            case ElementType.Int64: Each<T, long>(source, target); break;
            case ElementType.UInt8: Each<T, byte>(source, target); break;
            case ElementType.UInt16: Each<T, ushort>(source, target); break;
            case ElementType.UInt32: Each<T, uint>(source, target); break;
            case ElementType.UInt64: Each<T, ulong>(source, target); break;
            case ElementType.Bool:
                var flags = target.AsSpan<bool>();
                for (int i = 0; i < flags.Length; i++) flags[i] = !T.IsZero(source[i]);
                break;
            case ElementType.BFloat16:
                var halves = target.AsSpan<BFloat16>();
                for (int i = 0; i < halves.Length; i++) halves[i] = (BFloat16)float.CreateTruncating(source[i]);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(target), target.ElementType, "not an element type");
        }
    }

    private static void Each<TSource, TTarget>(ReadOnlySpan<TSource> source, Tensor target)
        where TSource : unmanaged, INumber<TSource>
        where TTarget : unmanaged, INumber<TTarget>
    {
        var to = target.AsSpan<TTarget>();
        for (int i = 0; i < to.Length; i++) to[i] = TTarget.CreateTruncating(source[i]);
    }
}
