using Framework.Operators;
using Framework.Tensors;
using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Elements picked or written by index.</summary>
internal static class IndexingCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        new("Gather", "rows", [Normal(4, 3), Form(3, 0, -1)]),
        new("Gather", "columns", [Normal(2, 4, 3), SampleInput.Fixed(Tensor.From<int>([1, 0, 3, 3], [2, 2]))], new() { ["axis"] = 1 }),
        new("Gather", "one", [Normal(4, 3), SampleInput.Fixed(Tensor.Scalar(2L))], new() { ["axis"] = -1 }),
        new("GatherElements", "from the end", [Normal(3, 3), SampleInput.Fixed(Tensor.From<long>([0, -1, 2, 1], [2, 2]))], new() { ["axis"] = 1 }),
        new("ReverseSequence", "time first", [Normal(4, 3, 2), Form(4, 2, 1)]),
        new("ReverseSequence", "batch first", [Normal(2, 4), Form(3, 4)], new() { ["batch_axis"] = 0, ["time_axis"] = 1 }),
        new("GatherND", "elements", [Normal(3, 4, 2), SampleInput.Fixed(Tensor.From<long>([0, 1, 2, -1], [2, 2]))]),
        new("GatherND", "batch", [Normal(2, 3, 4), SampleInput.Fixed(Tensor.From<long>([1, 2], [2, 1]))], new() { ["batch_dims"] = 1 }),
        .. Each("none add mul max min", reduction => new(
            "ScatterND",
            reduction,
            [Normal(4, 3, 2), SampleInput.Fixed(Tensor.From<long>(reduction == "none" ? [0, 1, 3, -1] : [0, 1, 0, 1], [2, 2])), Normal(2, 2)],
            new() { ["reduction"] = reduction })),
        .. Each("none add mul max min", reduction => new(
            "ScatterElements",
            reduction,
            [Normal(2, 4), SampleInput.Fixed(Tensor.From<long>([0, -1, 2, reduction == "none" ? 1 : 2], [2, 2])), Normal(2, 2)],
            new() { ["axis"] = 1, ["reduction"] = reduction })),
    ];
}
