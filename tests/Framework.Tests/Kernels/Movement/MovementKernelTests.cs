using Framework.Kernels.Movement;
using Framework.Threading;

namespace Framework.Tests.Kernels.Movement;

/// <summary>What only moves numbers is exact to the bit, at every length, and touches nothing outside.</summary>
public sealed unsafe class MovementKernelTests
{
    // Behind the length of an item of work, so that a run is cut between items.
    private const int Long = 8192 + 3;

    private static readonly WorkerPool[] s_pools = [KernelSets.OneThread, KernelSets.TwoThreads, KernelSets.ThreeThreads];

    public static TheoryData<int> ElementSizes => new(sizeof(byte), sizeof(ushort), sizeof(uint), sizeof(ulong));

    [Theory]
    [MemberData(nameof(ElementSizes))]
    public void Runs_of_every_length_and_step_find_their_places(int elementBytes)
    {
        foreach (int length in Enumerable.Range(1, KernelSets.LongestTail).Append(Long))
        {
            int[] forward = [.. Enumerable.Range(0, length)];
            Check(length, forward, elementBytes);
            Check(length, [.. forward.Reverse()], elementBytes);
            Check((2 * length) - 1, [.. forward.Select(i => 2 * i)], elementBytes);
            Check(1, [.. forward.Select(_ => 0)], elementBytes);
            Check(length, [MovementMap.Filled, .. forward, MovementMap.Filled, MovementMap.Filled], elementBytes);
            Check(2 * length, [.. forward.SelectMany(i => (int[])[i, i + length])], elementBytes);
        }
    }

    [Fact]
    public void Rows_of_every_length_are_copied_between_strides_and_nothing_beside_them()
    {
        const int Gap = 5;
        foreach (int length in Enumerable.Range(0, KernelSets.LongestTail + 1).Append((1 << 16) + 1))
        {
            for (int rows = 1; rows <= 3; rows++)
            {
                byte[] values = Bytes((rows * length) + ((rows - 1) * Gap));
                var source = new FencedArray<byte>(values);
                foreach (var pool in s_pools)
                {
                    var target = new FencedArray<byte>(new byte[(rows * length) + ((rows - 1) * 2 * Gap)]);
                    MovementKernel.CopyRows(source.Pointer, length + Gap, target.Pointer, length + (2 * Gap), rows, length, pool);

                    var expected = new byte[target.Length];
                    for (int row = 0; row < rows; row++)
                        values.AsSpan(row * (length + Gap), length).CopyTo(expected.AsSpan(row * (length + (2 * Gap))));
                    target.ToArray().AsSpan().SequenceEqual(expected).Should().BeTrue($"{rows} rows of {length}");
                }
            }
        }
    }

    [Fact]
    public void Entries_are_gathered_added_and_scattered_at_every_length()
    {
        foreach (int inner in Enumerable.Range(1, KernelSets.LongestTail).Append(64 + 1))
        {
            var problem = new IndexedProblem(Outer: 2, Length: 5, Inner: inner, Indices: 4);
            long[] chosen = [3, -1, 0, 3];
            int EntryOf(int i) => (int)((chosen[i] + problem.Length) % problem.Length);
            float[] entries = KernelSets.Whole(problem.Outer * problem.Length * inner, 1), updates = KernelSets.Whole(problem.Outer * problem.Indices * inner, 2);

            var gathered = new float[updates.Length];
            float[] sums = new float[entries.Length], added = [.. entries], put = [.. entries];
            for (int i = 0; i < updates.Length; i++)
            {
                var (outer, index, k) = (i / inner / problem.Indices, i / inner % problem.Indices, i % inner);
                int at = (((outer * problem.Length) + EntryOf(index)) * inner) + k;
                gathered[i] = entries[at];
                sums[at] += updates[i];
                added[at] += updates[i];
                put[at] = updates[i];
            }

            FencedArray<float> x = entries, dy = updates;
            FencedArray<long> indices = chosen, everywhere = (long[])[.. Enumerable.Range(0, updates.Length).Select(i => chosen[i / inner % problem.Indices])];
            foreach (var pool in s_pools)
            {
                FencedArray<float> y = new(updates.Length), dx = new(entries.Length), z = new(entries.Length);
                IndexedKernel.Gather(problem, sizeof(float), (byte*)x.Pointer, indices.Pointer, (byte*)y.Pointer, pool);
                y.ToArray().Should().Equal(gathered);
                IndexedKernel.AddEntries(problem, dy.Pointer, indices.Pointer, dx.Pointer, pool);
                dx.ToArray().Should().Equal(sums);
                IndexedKernel.Scatter(problem, adds: true, x.Pointer, everywhere.Pointer, dy.Pointer, z.Pointer, pool);
                z.ToArray().Should().Equal(added);
                IndexedKernel.Scatter(problem, adds: false, x.Pointer, everywhere.Pointer, dy.Pointer, z.Pointer, pool);
                z.ToArray().Should().Equal(put);
            }
        }
    }

    private static void Check(int sourceLength, int[] sources, int elementBytes)
    {
        byte[] values = Bytes(sourceLength * elementBytes), fill = Bytes(elementBytes);
        var source = new FencedArray<byte>(values);
        var filler = new FencedArray<byte>(fill);
        var map = new MovementMap(sources);
        var expected = new byte[sources.Length * elementBytes];
        for (int i = 0; i < sources.Length; i++)
        {
            var element = sources[i] == MovementMap.Filled ? fill : values.AsSpan(sources[i] * elementBytes, elementBytes);
            element.CopyTo(expected.AsSpan(i * elementBytes));
        }

        foreach (var pool in s_pools)
        {
            var target = new FencedArray<byte>(expected.Length);
            MovementKernel.Run(map, elementBytes, source.Pointer, target.Pointer, filler.Pointer, pool);
            target.ToArray().AsSpan().SequenceEqual(expected).Should().BeTrue($"{sources.Length} elements of {elementBytes} bytes");
        }
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
