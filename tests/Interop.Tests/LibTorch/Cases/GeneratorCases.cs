using Framework.Operators;
using Framework.Tensors;
using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>What is made out of shapes, numbers and class indices.</summary>
internal static class GeneratorCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        new("ConstantOfShape", "zeros", [Form(2, 3)]),
        new("Range", "floats", [Fixed(1), Fixed(3), Fixed(0.5f)]),
        new("EyeLike", "square", [Normal(3, 3)]),
        new("EyeLike", "diagonals", [Normal(3, 5)], new() { ["k"] = 2 }),
        new("EyeLike", "below", [Normal(4, 3)], new() { ["k"] = -1 }),
        .. EachOf("HannWindow HammingWindow BlackmanWindow", op =>
        [
            new(op, "periodic", [SampleInput.Fixed(Tensor.Scalar(8L))]),
            new(op, "symmetric", [SampleInput.Fixed(Tensor.Scalar(9L))], new() { ["periodic"] = 0 }),
        ]),
        new("OneHot", "last axis", [Longs(0, 7, 2, -1), SampleInput.Fixed(Tensor.Scalar(4L)), SampleInput.Fixed(Tensor.From<float>([-1, 2], [2]))]),
        new("OneHot", "first axis", [Longs(0, 1, 2), SampleInput.Fixed(Tensor.Scalar(3L)), SampleInput.Fixed(Tensor.From<float>([0, 1], [2]))], new()
        {
            ["axis"] = 0,
        }),
    ];
}
