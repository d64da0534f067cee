using Framework.Execution;
using Framework.Lowering;
using Framework.Tensors;

namespace Framework.Tests.Lowering;

public class MemoryLayoutTests
{
    [Fact]
    public void Nothing_that_lives_at_the_same_time_overlaps()
    {
        var random = new CounterRandom(4);
        for (int round = 0; round < 200; round++)
        {
            var layout = new MemoryLayout();
            for (int i = 0; i < 40; i++)
            {
                int first = random.NextInt(30);
                layout.Add(new PlanBuffer(BufferKind.Arena, 1 + random.NextInt(5000)) { First = first, Last = first + random.NextInt(8) });
            }

            nint total = layout.Place(out var placed);

            foreach (var (a, at) in placed)
            {
                (at % Storage.Alignment).Should().Be(0);
                (at + a.ByteCount).Should().BeLessThanOrEqualTo(total);
                foreach (var (b, bt) in placed)
                {
                    bool together = a != b && a.First <= b.Last && b.First <= a.Last;
                    if (together) (at + a.ByteCount <= bt || bt + b.ByteCount <= at).Should().BeTrue("buffers of steps {0}-{1} and {2}-{3} live together", a.First, a.Last, b.First, b.Last);
                }
            }
        }
    }

    [Fact]
    public void A_chain_needs_no_more_than_its_two_largest_neighbours()
    {
        var layout = new MemoryLayout();
        for (int i = 0; i < 20; i++) layout.Add(new PlanBuffer(BufferKind.Arena, 6400) { First = i, Last = i + 1 });

        layout.Place(out _).Should().Be(2 * 6400);
    }

    [Fact]
    public void A_result_over_its_operand_lives_on_in_its_place()
    {
        var read = new PlanBuffer(BufferKind.Arena, 640) { First = 0, Last = 1 };
        var written = new PlanBuffer(BufferKind.Arena, 640) { First = 1, Last = 3 };
        var other = new PlanBuffer(BufferKind.Arena, 640) { First = 2, Last = 3 };
        var layout = new MemoryLayout();
        foreach (var buffer in (PlanBuffer[])[read, written, other]) layout.Add(buffer);

        layout.TryMerge(read, written, step: 1).Should().BeTrue();
        layout.TryMerge(read, other, step: 2).Should().BeFalse("the merged buffer is still needed");
        layout.Place(out var placed).Should().Be(2 * 640);

        var at = placed.ToDictionary(p => p.Buffer, p => p.Offset);
        at[read].Should().Be(at[written]).And.NotBe(at[other]);
    }
}
