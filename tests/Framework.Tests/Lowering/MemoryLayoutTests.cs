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
                layout.Add(Buffer(1 + random.NextInt(5000), first, first + random.NextInt(8)));
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
        for (int i = 0; i < 20; i++) layout.Add(Buffer(6400, i, i + 1));

        layout.Place(out _).Should().Be(2 * 6400);
    }

    [Fact]
    public void A_result_over_its_operand_lives_on_in_its_place()
    {
        var read = Buffer(640, 0, 1);
        var written = Buffer(640, 1, 3);
        var other = Buffer(640, 2, 3);
        var layout = new MemoryLayout();
        foreach (var buffer in (PlanBuffer[])[read, written, other]) layout.Add(buffer);

        layout.TryMerge(read, written, step: 1).Should().BeTrue();
        layout.TryMerge(read, other, step: 2).Should().BeFalse("the merged buffer is still needed");
        layout.Place(out var placed).Should().Be(2 * 640);

        var at = placed.ToDictionary(p => p.Buffer, p => p.Offset);
        at[read].Should().Be(at[written]).And.NotBe(at[other]);
    }

    private static PlanBuffer Buffer(nint byteCount, int first, int last)
    {
        var buffer = new PlanBuffer(BufferKind.Arena, byteCount);
        buffer.Touch(first);
        buffer.Touch(last);
        return buffer;
    }
}
