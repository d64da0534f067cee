using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels.Convolution;

public sealed unsafe class LayoutConversionTests
{
    public static TheoryData<InstructionSet> Sets => new(InstructionSet.Supported);

    [Theory]
    [MemberData(nameof(Sets))]
    public void There_and_back_every_float_is_in_its_place_and_padding_lanes_are_zero(InstructionSet set)
    {
        var layout = new BlockedLayout(set.Width);
        using var pool = new WorkerPool(2);
        for (int channels = 1; channels <= (2 * set.Width) + 1; channels++)
        {
            foreach (int spatial in new[] { 1, 3, 49, channels == 3 ? 9001 : 5 })
            {
                const int Batch = 2;
                float[] values = [.. Enumerable.Range(0, Batch * channels * spatial).Select(i => i + 1f)];
                using var plain = GuardedFloats.From(values);
                using var blocked = new GuardedFloats(layout.Floats(Batch, channels, spatial));
                using var back = new GuardedFloats(values.Length);
                blocked.Span.Fill(float.NaN);
                LayoutConversion.ToBlocked(plain.Pointer, blocked.Pointer, layout, Batch, channels, spatial, pool);
                blocked.Span.SequenceEqual(Layouts.ToBlocked(values, layout, Batch, channels)).Should().BeTrue();

                LayoutConversion.ToPlain(blocked.Pointer, back.Pointer, layout, Batch, channels, spatial, pool);
                back.Span.SequenceEqual(values).Should().BeTrue();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Images_that_lie_side_by_side_come_back(InstructionSet set)
    {
        var layout = new BlockedLayout(set.Width, IsOfImages: true);
        using var pool = new WorkerPool(2);
        foreach (var (blocks, channels, spatial) in new[] { (1, 1, 1), (2, 3, 49), (3, 5, 7), (1, 2, 9001) })
        {
            int batch = blocks * set.Width;
            float[] values = [.. Enumerable.Range(0, batch * channels * spatial).Select(i => i + 1f)];
            using var plain = GuardedFloats.From(values);
            using var beside = new GuardedFloats(values.Length);
            using var back = new GuardedFloats(values.Length);
            LayoutConversion.ToBlocked(plain.Pointer, beside.Pointer, layout, batch, channels, spatial, pool);
            beside.Span.SequenceEqual(Layouts.ToBlocked(values, layout, batch, channels)).Should().BeTrue();
            LayoutConversion.ToPlain(beside.Pointer, back.Pointer, layout, batch, channels, spatial, pool);
            back.Span.SequenceEqual(values).Should().BeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Bias_gradients_are_exact_in_either_layout_and_the_same_at_any_number_of_threads(InstructionSet set)
    {
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        foreach (var (batch, channels, spatial) in new[] { (1, 1, 1), (3, 2, 7), (5, (2 * set.Width) + 1, 600), (70, 3, 33), (4, 5, 9001) })
        {
            var random = new Random(batch);
            float[] values = [.. Enumerable.Range(0, batch * channels * spatial).Select(_ => (float)random.Next(-9, 10))];
            float[] expected = [.. Enumerable.Range(0, channels).Select(c => values.Where((_, i) => i / spatial % channels == c).Sum())];
            foreach (var layout in new[] { BlockedLayout.Plain, new BlockedLayout(set.Width) })
            {
                Sum(values, layout, one).Should().Equal(expected);
                float[] reals = [.. values.Select(v => v * 0.1f)];
                Sum(reals, layout, three).Should().Equal(Sum(reals, layout, one));
            }

            float[] Sum(float[] gradient, BlockedLayout layout, WorkerPool pool)
            {
                using var guarded = GuardedFloats.From(Layouts.ToBlocked(gradient, layout, batch, channels));
                using var result = new GuardedFloats(channels);
                using var workspace = new GuardedFloats(BiasGradient.WorkspaceFloats(layout, batch, channels, spatial));
                BiasGradient.Run(guarded.Pointer, result.Pointer, layout, batch, channels, spatial, workspace.Pointer, set, pool);
                return result.Span.ToArray();
            }
        }
    }
}
