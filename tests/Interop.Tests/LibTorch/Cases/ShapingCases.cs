using Framework.Operators;
using Framework.Tensors;
using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>What moves elements without computing.</summary>
internal static class ShapingCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        new("Reshape", "open extent", [Normal(2, 3, 4), Form(0, -1)]),
        new("Flatten", "axis", [Normal(2, 3, 4)], new() { ["axis"] = 2 }),
        new("Squeeze", "axes", [Normal(1, 3, 1), Form(0)]),
        new("Unsqueeze", "axes", [Normal(3, 2), Form(0, -1)]),
        new("Transpose", "perm", [Normal(2, 3, 4)], new() { ["perm"] = Ints(2, 0, 1) }),
        new("Transpose", "reversed", [Normal(2, 3, 4)]),
        new("Trilu", "upper", [Normal(2, 3, 4)]),
        new("Trilu", "lower, a diagonal further", [Normal(3, 4), SampleInput.Fixed(Tensor.Scalar(1L))], new() { ["upper"] = 0 }),
        new("Expand", "new axis", [Normal(3, 1), Form(2, 1, 4)]),
        new("Tile", "two axes", [Normal(2, 3), Form(2, 3)]),
        new("Concat", "axis", [Normal(2, 3), Normal(2, 1), Normal(2, 2)], new() { ["axis"] = -1 }),
        new("Split", "sizes", [Normal(2, 6), Form(1, 2, 3)], new() { ["axis"] = 1 }) { OutputTypes = ThreeFloats },
        new("Split", "even", [Normal(4, 3)], new() { ["num_outputs"] = 2 }) { OutputTypes = TwoFloats },
        new("Slice", "forwards", [Normal(5, 6), Form(1, -4), Form(100, 5), Form(0, 1), Form(2, 1)]),
        new("Slice", "backwards", [Normal(5, 6), Form(-1, 3), Form(long.MinValue, 0), Form(-1, 0), Form(-2, -1)]),
        new("Slice", "leading axes", [Normal(5, 6), Form(1), Form(3)]),
        new("Pad", "constant", [Normal(2, 3), Form(1, 0, 0, 2), Fixed(1.5f)]),
        new("Pad", "cut", [Normal(4, 5), Form(-1, 2, 0, -2)]),
        new("Pad", "axes", [Normal(2, 3), Form(1, 2), null, Form(-1)]),
        new("Pad", "integers", [Longs(1, 2), Form(1, 1), SampleInput.Fixed(Tensor.Scalar(7L))]) { OutputTypes = Long },
        .. Each("reflect edge wrap", mode => new("Pad", mode, [Normal(2, 3, 4), Form(0, 2, 1, 1, 1, 3)], new() { ["mode"] = mode })),
        new("DepthToSpace", "depth first", [Normal(1, 8, 2, 3)], new() { ["blocksize"] = 2 }),
        new("DepthToSpace", "columns first", [Normal(1, 8, 2, 3)], new() { ["blocksize"] = 2, ["mode"] = "CRD" }),
        new("SpaceToDepth", "image", [Normal(1, 2, 4, 6)], new() { ["blocksize"] = 2 }),
        new("Dropout", "inference", [Normal(2, 3)]) { OutputTypes = [ElementType.Float32, ElementType.Bool] },
        new("Dropout", "training, ratio 0", [Normal(2, 3), Fixed(0f), SampleInput.Fixed(Tensor.Scalar(true))]),
    ];
}
