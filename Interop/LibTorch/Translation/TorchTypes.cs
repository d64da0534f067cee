using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>Element types as ATen's operators take them among their arguments: the numbers of <c>c10::ScalarType</c>.</summary>
internal static class TorchTypes
{
    public static long Code(ElementType type) => type switch
    {
        ElementType.UInt8 => 0,
        ElementType.Int8 => 1,
        ElementType.Int16 => 2,
        ElementType.Int32 => 3,
        ElementType.Int64 => 4,
        ElementType.Float16 => 5,
        ElementType.Float32 => 6,
        ElementType.Float64 => 7,
        ElementType.Bool => 11,
        ElementType.BFloat16 => 15,
        _ => throw new Framework.Errors.UnsupportedModelException($"element type {type}", "libtorch has none such."),
    };
}
