using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Framework.Kernels.Movement;

/// <summary>
/// Where each element of a result comes from, written down as runs: neighbours of the result whose sources lie a fixed step apart. Slices, paddings,
/// transpositions, repetitions are all such maps.
/// </summary>
public sealed unsafe class MovementMap
{
    /// <summary>The source of an element that has none, and is filled in.</summary>
    public const int Filled = -1;

    /// <summary>Elements that a thread takes at a time, about.</summary>
    private const int ItemElements = 8192;

    private readonly Run[] _runs;
    private readonly int[] _itemStarts;

    /// <summary>Finds the runs.</summary>
    /// <param name="sources">
    /// For each element of the result, in its order in memory, the element that it is copied from, or <see cref="Filled"/>.
    /// </param>
    public MovementMap(ReadOnlySpan<int> sources)
    {
        Count = sources.Length;
        var runs = new List<Run>();
        var items = new List<int> { 0 };
        int itemEnd = ItemElements;
        for (int start = 0; start < sources.Length;)
        {
            if (start >= itemEnd)
            {
                items.Add(runs.Count);
                itemEnd = start + ItemElements;
            }

            int length = LengthAt(sources, start, out int step);
            runs.Add(new Run(start, sources[start], step, length));
            start += length;
        }

        items.Add(runs.Count);
        _runs = Pinned(runs);
        _itemStarts = Pinned(items);
    }

    /// <summary>Elements of the result.</summary>
    public int Count { get; }

    internal int Items => _itemStarts.Length - 1;

    internal int* ItemStarts => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_itemStarts));

    internal Run* Runs => (Run*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_runs));

    // How many elements from one on have sources a fixed step apart. A run is not longer than an item, so that threads come out even.
    private static int LengthAt(ReadOnlySpan<int> sources, int start, out int step)
    {
        int end = Math.Min(sources.Length, start + ItemElements), length = 1;
        step = start + 1 < end ? sources[start + 1] - sources[start] : 0;
        bool filled = sources[start] == Filled;
        for (int i = start + 1; i < end && sources[i] - sources[i - 1] == step && (sources[i] == Filled) == filled; i++) length++;
        if (length == 1) step = 0;
        return length;
    }

    private static T[] Pinned<T>(List<T> values)
        where T : unmanaged
    {
        var array = GC.AllocateUninitializedArray<T>(values.Count, pinned: true);
        values.CopyTo(array);
        return array;
    }

    /// <summary>Elements from <paramref name="Target"/> on and where they come from.</summary>
    internal readonly record struct Run(int Target, int Source, int Step, int Length);
}
