using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Pooling: each window form for each kind of pool.</summary>
internal static class PoolingCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        .. EachOf("MaxPool AveragePool LpPool", op => [.. Windows.Select(w => new TranslationCase(op, w.About, [w.Input], w.Attributes))]),
        .. from w in Windows
           where w.Input.Shape.Rank == 4
           select new TranslationCase("MaxPool", $"{w.About}, places", [w.Input], w.Attributes) { OutputTypes = FloatAndLong },
        .. from w in Windows
           select new TranslationCase("AveragePool", $"{w.About}, padding counts", [w.Input], w.Attributes.With("count_include_pad", 1)),
        new("MaxPool", "places by columns", [Normal(2, 2, 4, 5)], new() { ["kernel_shape"] = Ints(2, 2), ["storage_order"] = 1 })
        {
            OutputTypes = FloatAndLong,
        },
        new("LpPool", "p 3", [Normal(1, 2, 5, 5)], new() { ["kernel_shape"] = Ints(2, 2), ["p"] = 3 }),
        new("GlobalAveragePool", "image", [Normal(2, 3, 4, 5)]),
        new("GlobalMaxPool", "image", [Normal(2, 3, 4, 5)]),
        new("GlobalLpPool", "image", [Normal(2, 3, 4, 5)], new() { ["p"] = 2 }),
        new("MaxUnpool", "image", [Normal(1, 1, 2, 2), SampleInput.Fixed(Tensor.From<long>([5, 7, 13, 15], [1, 1, 2, 2]))], new()
        {
            ["kernel_shape"] = Ints(2, 2), ["strides"] = Ints(2, 2),
        }),
    ];

    // Where the padding is on one side only, or more than half the kernel, libtorch's own pooling does not serve.
    private static IEnumerable<(string About, SampleInput Input, Attributes Attributes)> Windows =>
    [
        ("one axis", Normal(2, 3, 9), new() { ["kernel_shape"] = Ints(3), ["strides"] = Ints(2) }),
        ("overlapping", Normal(1, 2, 7, 7), new() { ["kernel_shape"] = Ints(3, 3), ["strides"] = Ints(2, 2), ["pads"] = Ints(1, 1, 1, 1) }),
        ("asymmetric pads", Normal(1, 2, 6, 6), new() { ["kernel_shape"] = Ints(3, 2), ["strides"] = Ints(2, 2), ["pads"] = Ints(0, 1, 2, 0) }),
        ("wide pads", Normal(1, 2, 6, 6), new() { ["kernel_shape"] = Ints(3, 3), ["strides"] = Ints(2, 2), ["pads"] = Ints(2, 2, 2, 2) }),
        ("ceiling", Normal(1, 2, 6, 7), new() { ["kernel_shape"] = Ints(3, 3), ["strides"] = Ints(2, 2), ["ceil_mode"] = 1 }),
        ("ceiling, asymmetric", Normal(1, 2, 6, 6), new()
        {
            ["kernel_shape"] = Ints(3, 3), ["strides"] = Ints(2, 2), ["pads"] = Ints(0, 0, 1, 1), ["ceil_mode"] = 1,
        }),
        ("same upper", Normal(1, 2, 6, 5), new() { ["kernel_shape"] = Ints(3, 2), ["strides"] = Ints(2, 2), ["auto_pad"] = "SAME_UPPER" }),
        ("same lower", Normal(1, 2, 6, 5), new() { ["kernel_shape"] = Ints(3, 2), ["strides"] = Ints(2, 1), ["auto_pad"] = "SAME_LOWER" }),
        ("dilated", Normal(1, 2, 7, 7), new() { ["kernel_shape"] = Ints(2, 3), ["dilations"] = Ints(3, 2), ["pads"] = Ints(1, 1, 1, 1) }),
        ("three axes", Normal(1, 2, 4, 4, 4), new() { ["kernel_shape"] = Ints(2, 2, 2), ["strides"] = Ints(2, 1, 2) }),
    ];
}
