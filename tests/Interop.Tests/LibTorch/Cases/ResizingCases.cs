using Framework.Operators;
using Framework.Tensors;
using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Resize.</summary>
internal static class ResizingCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        .. from transformation in new[] { "half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners" }
           from rounding in new[] { "floor", "ceil", "round_prefer_floor", "round_prefer_ceil" }
           select Resize($"nearest, {transformation}, {rounding}", [Normal(1, 2, 4, 4)], [1, 1, 2, 0.5f], transformation, "nearest", rounding),
        .. from transformation in new[] { "half_pixel", "pytorch_half_pixel", "align_corners" }
           from mode in new[] { "linear", "cubic" }
           from scale in new[] { 2f, 0.6f }
           select Resize($"{mode} by {scale}, {transformation}", [Normal(1, 2, 5, 4)], [1, 1, scale, 2], transformation, mode),
        Resize("linear, one axis", [Normal(1, 2, 5)], [1, 1, 2.5f], "half_pixel", "linear"),
        Resize("linear, three axes", [Normal(1, 2, 2, 3, 4)], [1, 1, 2, 1.5f, 0.5f], "half_pixel", "linear"),
        new("Resize", "sizes", [Normal(1, 2, 4, 4), null, null, Form(1, 2, 6, 3)], new() { ["mode"] = "linear" }),
        new("Resize", "axes", [Normal(1, 2, 4, 4), null, SampleInput.Fixed(Tensor.From<float>([2, 3], [2]))], new()
        {
            ["mode"] = "linear", ["axes"] = Ints(3, 2),
        }),
    ];

    private static TranslationCase Resize(
        string about, SampleInput[] x, float[] scales, string transformation, string mode, string rounding = "floor") => new(
        "Resize",
        about,
        [.. x, null, SampleInput.Fixed(Tensor.From(scales, [scales.Length]))],
        new() { ["coordinate_transformation_mode"] = transformation, ["mode"] = mode, ["nearest_mode"] = rounding });
}
