using Framework.Operators;
using Framework.Tensors;
using static Interop.Tests.LibTorch.Cases.Ingredients;

namespace Interop.Tests.LibTorch.Cases;

/// <summary>Reductions and the places of extremes.</summary>
internal static class ReductionCases
{
    public static IEnumerable<TranslationCase> All =>
    [
        .. EachOf("ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp", op =>
        [
            new(op, "all", [Positive(2, 3, 4)]),
            new(op, "two axes", [Positive(2, 3, 4), Form(0, -1)]),
            new(op, "axis dropped", [Positive(2, 3, 4), Form(1)], new() { ["keepdims"] = 0 }),
            new(op, "no axes", [Positive(2, 3)], new() { ["noop_with_empty_axes"] = 1 }),
        ]),
        new("ReduceSum", "small integers", [new([2, 2], _ => Tensor.From<int>([1, 2, 3, 4], [2, 2])), Form(1)]) { OutputTypes = [ElementType.Int32] },
        .. EachOf("ArgMax ArgMin", op =>
        [
            new(op, "first", [SampleInput.Given([2, 4], 1, 3, 3, 1, 2, 2, 2, 2)], new() { ["axis"] = 1 }) { OutputTypes = Long },
            new(op, "last", [SampleInput.Given([2, 4], 1, 3, 3, 1, 2, 2, 2, 2)], new() { ["axis"] = -1, ["select_last_index"] = 1, ["keepdims"] = 0 })
            {
                OutputTypes = Long,
            },
        ]),
        new("CumSum", "forwards", [Normal(2, 4), SampleInput.Fixed(Tensor.Scalar(1L))]),
        new("CumSum", "backwards", [Normal(2, 4), SampleInput.Fixed(Tensor.Scalar(-2L))], new() { ["reverse"] = 1 }),
        new("CumSum", "exclusive", [Normal(2, 4), SampleInput.Fixed(Tensor.Scalar(1L))], new() { ["exclusive"] = 1, ["reverse"] = 1 }),
        new("TopK", "largest", [SampleInput.Given([2, 4], 1, 3, 3, 1, 2, 2, 2, 2), Form(3)]) { OutputTypes = FloatAndLong },
        new("TopK", "smallest of an axis", [Normal(4, 3), Form(2)], new() { ["axis"] = 0, ["largest"] = 0 }) { OutputTypes = FloatAndLong },
    ];
}
