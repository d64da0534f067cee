using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Kernels.Movement;
using Framework.Lowering.Steps;
using Framework.Operators;
using Framework.Tensors;
using Framework.Tests.Kernels;

namespace Framework.Tests.Lowering;

/// <summary>Joining, splitting and moving between convolutions, whose activations lie in channel blocks, and plainly.</summary>
public sealed unsafe class MovementStepTests
{
    // Convolutions of 9 places over at most 40 channels before and after, forward and back.
    private const int Operations = 4 * 9 * 40;

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (string name in Movements.Keys)
            {
                foreach (int batch in (int[])[1, 3])
                {
                    // 5 and 20 channels leave lanes of a block empty; joined they end within one.
                    foreach (int channels in (int[])[5, 16, 20]) data.Add(name, batch, channels);
                }
            }

            return data;
        }
    }

    private static Dictionary<string, Func<Value, Value>> Movements => new()
    {
        ["concat"] = x => new[] { x, x.Relu(), x.Relu() * 2 }.Concat(1),
        ["concat of a concat"] = x => new[] { new[] { x, x.Relu() }.Concat(1), x * 3 }.Concat(1),
        ["concat of one value twice"] = x => new[] { x * 2, x * 2 }.Concat(1),
        ["concat of rows"] = x => new[] { x, x.Relu() }.Concat(2),
        ["concat of images"] = x => new[] { x * 2, x.Relu() }.Concat(0),
        ["split"] = x => new[] { x, x.Relu() }.Concat(1).Split(2, 1) is var parts ? parts[0] * parts[1] : x,
        ["slice of places"] = x => x.Slice(2, 1, 6, 2).Slice(3, -1, long.MinValue, -2),
        ["slice of channels"] = x => x.Slice(1, 1, 4),
        ["pad of channels"] = x => x.Pad([0, 3, 0, 0, 0, 9, 0, 0]),
        ["pad by reflection"] = x => x.Pad([0, 0, 2, 1, 0, 0, 1, 3], "reflect"),
        ["transpose"] = x => x.Transpose(0, 1, 3, 2).Relu(),
        ["expand"] = x => x.GlobalAveragePool().Expand(x.ShapeOf()) * x,
        ["max of three"] = x => x.Max(x * 2).Max(x.Number(0.5f)),
        ["clip"] = x => x.Clip(-0.5f, 0.5f),
        ["sum"] = x => new[] { x, x.Relu(), x * 2 }.Sum(),
        ["transposed convolution"] = x => x.ConvTranspose(
            x.Owner.Initializer("t", PlannedGraph.Random([(int)x.Shape![1].Value, 7, 3, 3], 7), InitializerRole.Parameter),
            x.Owner.Initializer("tb", PlannedGraph.Random([7], 8), InitializerRole.Parameter),
            new Attributes { ["strides"] = (long[])[2, 2] }),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Between_convolutions_every_element_finds_its_place(string movement, int batch, int channels)
    {
        var graph = Network(Movements[movement], batch, channels);

        PlannedGraph.Check(graph, Operations);
        PlannedGraph.Check(Backward.VectorJacobian(graph, ["x", "before", "after"]), Operations);
    }

    [Fact]
    public void Parts_of_one_image_are_made_where_they_are_joined()
    {
        var steps = PlannedGraph.Check(Network(Movements["concat of a concat"], batch: 1, channels: 16), Operations);
        var several = PlannedGraph.Check(Network(Movements["concat of a concat"], batch: 2, channels: 16), Operations);

        steps.OfType<JoinStep>().Should().HaveCount(2).And.OnlyContain(s => s.Offsets != null);
        several.OfType<JoinStep>().Should().OnlyContain(s => s.Offsets == null);
    }

    [Fact]
    public void Word_vectors_their_gradients_and_extremes_have_kernels()
    {
        var builder = new GraphBuilder();
        var table = builder.Input("table", ElementType.Float32, [50, 70]);
        var words = builder.Input("words", ElementType.Int64, [2, 9]);
        var graph = builder.Build([table.Gather(words, axis: 0).Transpose(0, 2, 1).GlobalMaxPool()]);
        var indices = Tensor.From<long>([.. Enumerable.Range(0, 18).Select(i => (i * 7 % 50) - (i % 3 == 0 ? 50L : 0))], [2, 9]);

        // Each gradient is a sum of at most 18.
        PlannedGraph.Check(graph, operations: 1, PlannedGraph.Random([50, 70], 1), indices);
        PlannedGraph.Check(Backward.VectorJacobian(graph, ["table"]), 18, PlannedGraph.Random([50, 70], 1), indices, PlannedGraph.Random([2, 70, 1], 2));
    }

    [Fact]
    public void An_index_outside_is_named()
    {
        var builder = new GraphBuilder();
        var table = builder.Input("table", ElementType.Float32, [5, 7]);
        var words = builder.Input("words", ElementType.Int64, [1]);
        using var session = new Session(builder.Build([table.Gather(words, axis: 0)]));

        var act = () => session.Run(new Tensor(ElementType.Float32, [5, 7]), Tensor.From<long>([5], [1]));

        act.Should().Throw<Errors.ShapeException>().WithMessage("*index 5 is outside -5 to 4*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_map_moves_elements_of_every_size_in_runs_of_any_kind(int elementBytes)
    {
        // Forwards, backwards, in steps, repeated, filled, alone; long enough for several items.
        int[] pattern = [3, 4, 5, 6, 9, 7, 5, -1, -1, 2, 2, 2, 0, -1, 8];
        int[] sources = [.. Enumerable.Repeat(pattern, 3000).SelectMany(p => p), .. Enumerable.Range(0, 10)];
        byte[] source = [.. Enumerable.Range(0, 10 * elementBytes).Select(i => (byte)(i + 1))];
        var (from, to) = (new FencedArray<byte>(source), new FencedArray<byte>(sources.Length * elementBytes));

        MovementKernel.Run(new MovementMap(sources), elementBytes, (void*)from.Address, (void*)to.Address, null, KernelSets.TwoThreads);

        byte[] expected = [.. sources.SelectMany(s => Enumerable.Range(0, elementBytes).Select(b => s < 0 ? (byte)0 : source[(s * elementBytes) + b]))];
        to.ToArray().Should().Equal(expected);
    }

    private static Graph Network(Func<Value, Value> movement, int batch, int channels)
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [batch, channels, 7, 6]);
        var before = builder.Initializer("before", PlannedGraph.Random([channels, channels, 3, 3], 11), InitializerRole.Parameter);
        var moved = movement(x.Conv(before * 0.125f, null, new Attributes { ["pads"] = (long[])[1, 1, 1, 1] }));
        int joined = (int)moved.Shape![1].Value;
        var after = builder.Initializer("after", PlannedGraph.Random([5, joined, 1, 1], 12), InitializerRole.Parameter);
        return builder.Build([moved.Conv(after, null)]);
    }
}
