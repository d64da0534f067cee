using Framework.Threading;

namespace Framework.Kernels.Movement;

/// <summary>Moves elements of 1, 2, 4 or 8 bytes as they are; what they mean does not matter.</summary>
public static unsafe class MovementKernel
{
    /// <summary>The name in explanations.</summary>
    public const string Name = "MoveRuns";

    /// <summary>The name of <see cref="CopyRows"/> in explanations.</summary>
    public const string RowsName = "CopyRows";

    /// <summary>Bytes of rows that a thread takes at a time, about.</summary>
    private const nint ItemBytes = 1 << 16;

    /// <summary>Fills a result by a map.</summary>
    /// <param name="map">Where each element comes from.</param>
    /// <param name="elementBytes">1, 2, 4 or 8.</param>
    /// <param name="source">The source; must not overlap the result.</param>
    /// <param name="target">The result.</param>
    /// <param name="fill">The element where there is no source; null for zero bits.</param>
    /// <param name="pool">The threads to use.</param>
    /// <exception cref="ArgumentOutOfRangeException">Elements have another size.</exception>
    public static void Run(MovementMap map, int elementBytes, void* source, void* target, void* fill, WorkerPool pool)
    {
        switch (elementBytes)
        {
            case 1:
                Run<byte>(map, source, target, fill, pool);
                break;
            case 2:
                Run<ushort>(map, source, target, fill, pool);
                break;
            case 4:
                Run<uint>(map, source, target, fill, pool);
                break;
            case 8:
                Run<ulong>(map, source, target, fill, pool);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(elementBytes), elementBytes, "1, 2, 4 or 8.");
        }
    }

    /// <summary>Copies rows of bytes that lie a fixed distance apart in both places: what joining and splitting along an axis comes to.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="sourceStride">Bytes from one row to the next.</param>
    /// <param name="target">Where the first row goes; must not overlap the source.</param>
    /// <param name="targetStride">Bytes from one row to the next there.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="pool">The threads to use.</param>
    public static void CopyRows(byte* source, nint sourceStride, byte* target, nint targetStride, int rows, nint rowBytes, WorkerPool pool)
    {
        if (rowBytes == 0) return;
        int piecesOfRow = (int)((rowBytes + ItemBytes - 1) / ItemBytes);
        int rowsOfItem = (int)Math.Max(1, ItemBytes / rowBytes);
        var job = new Rows
        {
            Source = source,
            SourceStride = sourceStride,
            Target = target,
            TargetStride = targetStride,
            Count = rows,
            RowBytes = rowBytes,
            PiecesOfRow = piecesOfRow,
            RowsOfItem = rowsOfItem,
        };
        pool.Run(checked((rows + rowsOfItem - 1) / rowsOfItem * piecesOfRow), job);
    }

    private static void Run<T>(MovementMap map, void* source, void* target, void* fill, WorkerPool pool)
        where T : unmanaged
    {
        var job = new Moving<T>
        {
            Runs = map.Runs,
            ItemStarts = map.ItemStarts,
            Source = (T*)source,
            Target = (T*)target,
            Fill = fill == null ? default : *(T*)fill,
        };
        pool.Run(map.Items, job);
        GC.KeepAlive(map);
    }

    private struct Moving<T> : IJob
        where T : unmanaged
    {
        public MovementMap.Run* Runs;
        public int* ItemStarts;
        public T* Source;
        public T* Target;
        public T Fill;

        public readonly void Execute(int index, int worker)
        {
            for (int i = ItemStarts[index]; i < ItemStarts[index + 1]; i++)
            {
                var run = Runs[i];
                T* from = Source + run.Source, to = Target + run.Target;
                if (run.Source == MovementMap.Filled) new Span<T>(to, run.Length).Fill(Fill);
                else if (run.Step == 1) new ReadOnlySpan<T>(from, run.Length).CopyTo(new Span<T>(to, run.Length));
                else if (run.Step == 0) new Span<T>(to, run.Length).Fill(*from);
                else Stride(from, run.Step, to, run.Length);
            }
        }

        private static void Stride(T* from, int step, T* to, int length)
        {
            for (int i = 0; i < length; i++, from += step) to[i] = *from;
        }
    }

    private struct Rows : IJob
    {
        public byte* Source;
        public nint SourceStride;
        public byte* Target;
        public nint TargetStride;
        public int Count;
        public nint RowBytes;
        public int PiecesOfRow;
        public int RowsOfItem;

        public readonly void Execute(int index, int worker)
        {
            (int group, int piece) = Math.DivRem(index, PiecesOfRow);
            nint start = piece * ItemBytes, length = Math.Min(ItemBytes, RowBytes - start);
            int last = Math.Min(Count, (group + 1) * RowsOfItem);
            for (int row = group * RowsOfItem; row < last; row++)
                Buffer.MemoryCopy(Source + (row * SourceStride) + start, Target + (row * TargetStride) + start, length, length);
        }
    }
}
