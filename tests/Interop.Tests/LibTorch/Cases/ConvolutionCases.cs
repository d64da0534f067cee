using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Convolution and its transpose.</summary>
internal static class ConvolutionCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        new("Conv", "one axis", [Normal(2, 3, 9), Normal(4, 3, 3), Normal(4)], new() { ["strides"] = Ints(2), ["pads"] = Ints(1, 1) }),
        new("Conv", "two axes", [Normal(2, 4, 7, 6), Normal(6, 2, 3, 2)], new()
        {
            ["group"] = 2, ["dilations"] = Ints(2, 1), ["pads"] = Ints(1, 2, 1, 2),
        }),
        new("Conv", "asymmetric pads", [Normal(1, 2, 5, 5), Normal(3, 2, 3, 3)], new() { ["pads"] = Ints(0, 1, 2, 3), ["strides"] = Ints(2, 1) }),
        new("Conv", "same upper", [Normal(1, 2, 6, 5), Normal(3, 2, 2, 3)], new() { ["auto_pad"] = "SAME_UPPER", ["strides"] = Ints(2, 2) }),
        new("Conv", "same lower", [Normal(1, 2, 6, 5), Normal(3, 2, 2, 3)], new() { ["auto_pad"] = "SAME_LOWER" }),
        new("Conv", "depthwise", [Normal(1, 4, 5, 5), Normal(4, 1, 3, 3), Normal(4)], new() { ["group"] = 4 }),
        new("Conv", "three axes", [Normal(1, 2, 4, 5, 4), Normal(3, 2, 2, 3, 2), Normal(3)], new() { ["pads"] = Ints(1, 0, 1, 1, 0, 1) }),
        new("ConvTranspose", "one axis", [Normal(2, 3, 5), Normal(3, 2, 3), Normal(2)], new() { ["strides"] = Ints(2) }),
        new("ConvTranspose", "output padding", [Normal(1, 4, 3, 3), Normal(4, 1, 3, 3)], new()
        {
            ["group"] = 2, ["strides"] = Ints(2, 2), ["pads"] = Ints(1, 1, 1, 1), ["output_padding"] = Ints(1, 1),
        }),
        new("ConvTranspose", "asymmetric pads", [Normal(1, 2, 4, 4), Normal(2, 3, 3, 3)], new()
        {
            ["strides"] = Ints(2, 1), ["pads"] = Ints(0, 1, 2, 0),
        }),
        new("ConvTranspose", "output shape", [Normal(1, 2, 3, 3), Normal(2, 3, 3, 3), Normal(3)], new()
        {
            ["strides"] = Ints(3, 2), ["output_shape"] = Ints(10, 8),
        }),
        new("ConvTranspose", "same upper", [Normal(1, 2, 3, 3), Normal(2, 3, 4, 3)], new() { ["strides"] = Ints(2, 2), ["auto_pad"] = "SAME_UPPER" }),
        new("ConvTranspose", "same lower", [Normal(1, 2, 3, 3), Normal(2, 3, 4, 3)], new() { ["strides"] = Ints(2, 2), ["auto_pad"] = "SAME_LOWER" }),
        new("ConvTranspose", "three axes, dilated", [Normal(1, 2, 3, 3, 2), Normal(2, 2, 2, 2, 2)], new() { ["dilations"] = Ints(2, 1, 2) }),
    ];
}
