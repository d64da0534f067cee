using Framework.Gradients;
using Framework.Graphs;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Lowering;

/// <summary>Normalisations by their kernels: where convolutions put them in channel blocks, with padding lanes and without, and plain.</summary>
public class NormalizationStepTests
{
    private const int Batch = 3;
    private const int Places = 6 * 7;

    public static TheoryData<string, int> Blocked
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string name in Norms.Keys)
            {
                // 5 and 20 channels leave lanes of a block empty.
                foreach (int channels in (int[])[5, 20, 32]) data.Add(name, channels);
            }

            return data;
        }
    }

    // The way from a normal tensor through a convolution over 9 places of at most 32 channels, a normalisation over at most all images and places, and back.
    private static int Operations => 4 * ((9 * 32) + (Batch * Places));

    private static Dictionary<string, Func<Value, Value>> Norms => new()
    {
        ["inference"] = x => x.BatchNormalization(Vector(x, 1), Vector(x, 2), Vector(x, 3), Positive(x, 4)),
        ["training"] = x => x.Owner.ApplyMany(
            BatchNormalizationTraining.Instance, [x, Vector(x, 1), Vector(x, 2), Vector(x, 3), Positive(x, 4)], 3, new Attributes { ["unbiased"] = true })[0],
        ["lrn"] = x => x.LRN(5, alpha: 0.5f),
    };

    [Theory]
    [MemberData(nameof(Blocked))]
    public void A_norm_between_convolutions_stays_in_their_layout(string norm, int channels)
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [Batch, channels, 6, 7]);
        var before = builder.Initializer("before", PlannedGraph.Random([channels, channels, 3, 3], 11), InitializerRole.Parameter);
        var after = builder.Initializer("after", PlannedGraph.Random([channels, channels, 1, 1], 12), InitializerRole.Parameter);
        var graph = builder.Build([Norms[norm](Convolved(x, before)).Conv(after, null)]);

        var steps = PlannedGraph.Check(graph, Operations);
        PlannedGraph.Check(Backward.VectorJacobian(graph, ["x", "before", "after"]), Operations);

        if (InstructionSet.Best != InstructionSet.Scalar)
            steps.Where(s => s.Node.Operator is BatchNormalization or BatchNormalizationTraining or LRN).Should().OnlyContain(s => s.Writes[0].Layout.IsBlocked);
    }

    [Fact]
    public void New_statistics_and_those_for_the_way_back_are_plain_vectors()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [Batch, 5, 6, 7]);
        var before = builder.Initializer("before", PlannedGraph.Random([5, 5, 3, 3], 11), InitializerRole.Parameter);
        var y = Convolved(x, before);
        var all = builder.ApplyMany(
            BatchNormalizationTraining.Instance, [y, Vector(y, 1), Vector(y, 2), Vector(y, 3), Positive(y, 4)], 5, new Attributes { ["momentum"] = 0.75f });

        PlannedGraph.Check(builder.Build([.. all.Skip(1)]), Operations);
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(7, 16)]
    public void A_matrix_is_normalised_by_column(int rows, int columns)
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [rows, columns]);
        var y = Norms["training"](x);

        PlannedGraph.Check(Backward.VectorJacobian(builder.Build([y]), ["x", "n1", "n2"]), Operations);
    }

    [Fact]
    public void Instance_group_and_layer_norms_have_kernels_with_their_further_results()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [Batch, 6, 5, 3]);
        var (scale, shift) = (Vector(x, 1), Vector(x, 2));
        var inner = builder.Input("inner", ElementType.Float32, [5, 1]);
        var layer = builder.ApplyMany(LayerNormalization.Instance, [x, inner], 3, new Attributes { ["axis"] = 1 });

        PlannedGraph.Check(builder.Build([x.InstanceNormalization(scale, shift), x.GroupNormalization(scale, shift, 2), .. layer]), Operations);
    }

    [Fact]
    public void A_mean_far_from_zero_costs_the_statistics_no_digits()
    {
        // One channel of 2^14 numbers about 1000: plain sums in single precision would lose seven binary digits of the mean alone.
        const float mean = 1000;
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [4, 1, 64, 64]);
        var one = builder.Initializer("one", Tensor.From([1f], [1]), InitializerRole.Parameter);
        var zero = builder.Initializer("zero", Tensor.From([0f], [1]), InitializerRole.Parameter);
        var graph = builder.Build([builder.ApplyMany(BatchNormalizationTraining.Instance, [x, one, zero, zero, one], 3)[0]]);
        var data = PlannedGraph.Random([4, 1, 64, 64], 5);
        foreach (ref float value in data.AsSpan<float>()) value += mean;

        // The mean itself is rounded to single precision once, the rest is a handful of operations on numbers below 5.
        int handful = 8 + (int)mean;
        PlannedGraph.Check(graph, handful, data);
    }

    // Scaled, so that results stay of the order of 1.
    private static Value Convolved(Value x, Value weights) => x.Conv(weights * 0.125f, null, new Attributes { ["pads"] = (long[])[1, 1, 1, 1] });

    private static Value Vector(Value x, int number) =>
        x.Owner.Input($"n{number}", ElementType.Float32, [x.Shape![1]]);

    private static Value Positive(Value x, int number) =>
        x.Owner.Initializer($"p{number}", Tensor.From([.. Enumerable.Range(1, (int)x.Shape![1].Value).Select(i => 0.5f + (i / 8f))], [(int)x.Shape[1].Value]), InitializerRole.State);
}
