using Framework.Execution;
using Framework.Tensors;

namespace Framework.Lowering;

/// <summary>
/// Lays buffers of known lifetimes out in one arena. Greedy by size: the largest first, each at the lowest offset where nothing that lives at the
/// same time is in the way (Pisarchyk and Lee 2020, section 4.2). Steps that may write over an operand have the two buffers merged first.
/// </summary>
internal sealed class MemoryLayout
{
    private readonly Dictionary<PlanBuffer, Block> _blocks = [];

    /// <summary>Takes a buffer in, whose lifetime is known.</summary>
    public void Add(PlanBuffer buffer) => _blocks.Add(buffer, new Block(buffer));

    /// <summary>Puts a result where an operand lies that is read for the last time.</summary>
    public bool TryMerge(PlanBuffer read, PlanBuffer written, int step)
    {
        if (!_blocks.TryGetValue(read, out var from) || !_blocks.TryGetValue(written, out var to) || from == to) return false;
        if (from.Last != step || to.First != step || from.ByteCount < written.ByteCount) return false;
        from.Members.AddRange(to.Members);
        from.Last = Math.Max(from.Last, to.Last);
        foreach (var member in to.Members) _blocks[member] = from;
        return true;
    }

    /// <summary>Places everything.</summary>
    /// <param name="offsets">Where each buffer lies.</param>
    /// <returns>The bytes that the arena needs.</returns>
    public nint Place(out IReadOnlyList<(PlanBuffer Buffer, nint Offset)> offsets)
    {
        var placed = new List<Block>();
        nint total = 0;
        foreach (var block in _blocks.Values.Distinct().OrderByDescending(b => b.ByteCount).ThenBy(b => b.First))
        {
            nint offset = 0;
            foreach (var other in placed)
            {
                if (other.Last < block.First || block.Last < other.First) continue;
                if (offset + block.Size <= other.Offset) break;
                offset = Math.Max(offset, other.Offset + other.Size);
            }

            block.Offset = offset;
            int at = placed.FindIndex(other => other.Offset > offset);
            placed.Insert(at < 0 ? placed.Count : at, block);
            total = Math.Max(total, offset + block.Size);
        }

        offsets = [.. _blocks.Select(p => (p.Key, p.Value.Offset))];
        return total;
    }

    private sealed class Block(PlanBuffer first)
    {
        public List<PlanBuffer> Members { get; } = [first];

        public nint ByteCount { get; } = first.ByteCount;

        public nint Size => (ByteCount + Storage.Alignment - 1) & ~(nint)(Storage.Alignment - 1);

        public int First { get; } = first.First;

        public int Last { get; set; } = first.Last;

        public nint Offset { get; set; }
    }
}
