using Framework.Errors;
using Onnx.Opsets;

namespace Onnx;

/// <summary>The order of a graph's nodes.</summary>
internal static class Topology
{
    /// <summary>
    /// The nodes, each after all whose results it reads; those that stand so already keep their order.
    /// </summary>
    /// <param name="nodes">The nodes in a file's order.</param>
    /// <param name="given">The values that are there before the first node.</param>
    /// <exception cref="ModelFormatException">A node reads what nothing makes, or what it needs itself to be made.</exception>
    public static IReadOnlyList<NodeForm> Sort(IReadOnlyList<NodeForm> nodes, IReadOnlySet<string> given)
    {
        var producers = new Dictionary<string, int>();
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string output in nodes[i].Outputs.Where(o => o.Length > 0)) producers[output] = i;
        }

        var waiting = new int[nodes.Count];
        var readers = new Dictionary<int, List<int>>();
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string input in nodes[i].Inputs.Where(v => v.Length > 0 && !given.Contains(v)).Distinct())
            {
                if (!producers.TryGetValue(input, out int producer))
                    throw new ModelFormatException(nodes[i].Place, $"reads '{input}', which nothing makes: no node, input or initializer has this name.");
                waiting[i]++;
                if (!readers.TryGetValue(producer, out var list)) readers.Add(producer, list = []);
                list.Add(i);
            }
        }

        // The first in the file's order of those that wait for nothing any more.
        var ready = new PriorityQueue<int, int>(Enumerable.Range(0, nodes.Count).Where(i => waiting[i] == 0).Select(i => (i, i)));
        var sorted = new List<NodeForm>(nodes.Count);
        while (ready.TryDequeue(out int i, out _))
        {
            sorted.Add(nodes[i]);
            foreach (int reader in readers.GetValueOrDefault(i, []))
            {
                if (--waiting[reader] == 0) ready.Enqueue(reader, reader);
            }
        }

        if (sorted.Count < nodes.Count)
        {
            int stuck = Array.FindIndex(waiting, w => w > 0);
            throw new ModelFormatException(nodes[stuck].Place, "needs its own result: the nodes form a circle, or wait for one.");
        }

        return sorted;
    }
}
