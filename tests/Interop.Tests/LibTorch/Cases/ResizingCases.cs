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
        .. from transformation in new[] { "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric" }
           from mode in new[] { "linear", "cubic" }
           from scale in new[] { 2f, 0.6f }
           select Resize($"{mode} by {scale}, {transformation}", [Normal(1, 2, 5, 4)], [1, 1, scale, 2], transformation, mode),
        Resize("linear, one place", [Normal(1, 1, 4, 4)], [1, 1, 0.25f, 2], "pytorch_half_pixel", "linear"),
        new("Resize", "cubic, outside excluded", [Normal(1, 2, 5, 4), null, SampleInput.Fixed(Tensor.From<float>([1, 1, 1.75f, 0.6f], [4]))], new()
        {
            ["mode"] = "cubic", ["exclude_outside"] = 1, ["cubic_coeff_a"] = -0.5f,
        }),
        new("Resize", "crop", [Normal(1, 1, 4, 4), Region, null, Form(1, 1, 3, 3)], new()
        {
            ["mode"] = "linear", ["coordinate_transformation_mode"] = "tf_crop_and_resize", ["extrapolation_value"] = 7f,
        }),
        new("Resize", "aspect ratio kept", [Normal(1, 1, 4, 6), null, null, Form(7, 8)], new()
        {
            ["mode"] = "linear", ["keep_aspect_ratio_policy"] = "not_larger", ["axes"] = Ints(2, 3),
        }),
        Resize("linear, one axis", [Normal(1, 2, 5)], [1, 1, 2.5f], "half_pixel", "linear"),
        Resize("linear, three axes", [Normal(1, 2, 2, 3, 4)], [1, 1, 2, 1.5f, 0.5f], "half_pixel", "linear"),
        .. from mode in new[] { "linear", "nearest", "cubic" }
           from padding in new[] { "zeros", "border", "reflection" }
           from aligned in new[] { 0, 1 }
           select new TranslationCase(
               "GridSample",
               $"{mode}, {padding}, aligned {aligned}",
               [Normal(2, 2, 3, 4), SampleInput.Uniform(-1.5f, 1.5f, 2, 2, 3, 2)],
               new() { ["mode"] = mode, ["padding_mode"] = padding, ["align_corners"] = aligned }),
        new("Resize", "sizes", [Normal(1, 2, 4, 4), null, null, Form(1, 2, 6, 3)], new() { ["mode"] = "linear" }),
        new("Resize", "axes", [Normal(1, 2, 4, 4), null, SampleInput.Fixed(Tensor.From<float>([2, 3], [2]))], new()
        {
            ["mode"] = "linear", ["axes"] = Ints(3, 2),
        }),
    ];

    private static SampleInput Region => SampleInput.Fixed(Tensor.From<float>([0, 0, 0.25f, -0.5f, 1, 1, 1, 0.75f], [8]));

    private static TranslationCase Resize(
        string about, SampleInput[] x, float[] scales, string transformation, string mode, string rounding = "floor") => new(
        "Resize",
        about,
        [.. x, null, SampleInput.Fixed(Tensor.From(scales, [scales.Length]))],
        new() { ["coordinate_transformation_mode"] = transformation, ["mode"] = mode, ["nearest_mode"] = rounding });
}
