using Framework.Threading;

namespace Framework.Kernels.Movement;

/// <summary>
/// A tensor [Outer, Length, Inner] and indices into its middle axis. An index below 0 counts from the end; indices must have been checked.
/// </summary>
/// <param name="Outer">Elements before the axis.</param>
/// <param name="Length">Elements along the axis.</param>
/// <param name="Inner">Elements behind the axis.</param>
/// <param name="Indices">How many indices there are along the axis.</param>
public readonly record struct IndexedProblem(int Outer, int Length, int Inner, int Indices);

/// <summary>Gathers and scatters by indices that come with the data. Sums are taken in the order of the indices, at any number of threads.</summary>
public static unsafe class IndexedKernel
{
    /// <summary>The name in explanations.</summary>
    public const string Name = "Indexed";

    /// <summary>Floats of an entry that a thread takes at a time where entries are added up.</summary>
    private const int Piece = 64;

    /// <summary>Copies entries [Inner] by their indices.</summary>
    /// <param name="problem">The extents.</param>
    /// <param name="elementBytes">Bytes of an element.</param>
    /// <param name="x">[Outer, Length, Inner].</param>
    /// <param name="indices">[Indices].</param>
    /// <param name="y">Receives [Outer, Indices, Inner].</param>
    /// <param name="pool">The threads to use.</param>
    public static void Gather(in IndexedProblem problem, int elementBytes, byte* x, long* indices, byte* y, WorkerPool pool) =>
        pool.Run(
            checked(problem.Outer * problem.Indices),
            new GatherJob { Problem = problem, EntryBytes = (nint)problem.Inner * elementBytes, X = x, Indices = indices, Y = y });

    /// <summary>Adds entries up where their indices say; the rest is 0.</summary>
    /// <param name="problem">The extents.</param>
    /// <param name="dy">[Outer, Indices, Inner].</param>
    /// <param name="indices">[Indices].</param>
    /// <param name="dx">Receives [Outer, Length, Inner].</param>
    /// <param name="pool">The threads to use.</param>
    public static void AddEntries(in IndexedProblem problem, float* dy, long* indices, float* dx, WorkerPool pool) =>
        pool.Run(
            checked(problem.Outer * ((problem.Inner + Piece - 1) / Piece)), new AddJob { Problem = problem, Dy = dy, Indices = indices, Dx = dx });

    /// <summary>Copies a tensor and replaces, or adds to, elements that each have an index of their own.</summary>
    /// <param name="problem">The extents.</param>
    /// <param name="adds">Whether updates are added rather than put in place.</param>
    /// <param name="x">[Outer, Length, Inner].</param>
    /// <param name="indices">[Outer, Indices, Inner].</param>
    /// <param name="updates">Likewise.</param>
    /// <param name="y">Receives [Outer, Length, Inner]; may be x itself.</param>
    /// <param name="pool">The threads to use.</param>
    public static void Scatter(in IndexedProblem problem, bool adds, float* x, long* indices, float* updates, float* y, WorkerPool pool) =>
        pool.Run(problem.Outer, new ScatterJob { Problem = problem, Adds = adds, X = x, Indices = indices, Updates = updates, Y = y });

    private struct GatherJob : IJob
    {
        public IndexedProblem Problem;
        public nint EntryBytes;
        public byte* X;
        public long* Indices;
        public byte* Y;

        public readonly void Execute(int index, int worker)
        {
            (int outer, int i) = Math.DivRem(index, Problem.Indices);
            nint from = ((nint)outer * Problem.Length) + (nint)(Indices[i] < 0 ? Indices[i] + Problem.Length : Indices[i]);
            Buffer.MemoryCopy(X + (from * EntryBytes), Y + (index * EntryBytes), EntryBytes, EntryBytes);
        }
    }

    private struct AddJob : IJob
    {
        public IndexedProblem Problem;
        public float* Dy;
        public long* Indices;
        public float* Dx;

        public readonly void Execute(int index, int worker)
        {
            int pieces = (Problem.Inner + Piece - 1) / Piece;
            (int outer, int piece) = Math.DivRem(index, pieces);
            int start = piece * Piece, count = Math.Min(Piece, Problem.Inner - start);
            float* dx = Dx + ((nint)outer * Problem.Length * Problem.Inner) + start;
            float* dy = Dy + ((nint)outer * Problem.Indices * Problem.Inner) + start;
            for (int i = 0; i < Problem.Length; i++) new Span<float>(dx + ((nint)i * Problem.Inner), count).Clear();
            for (int i = 0; i < Problem.Indices; i++, dy += Problem.Inner)
            {
                float* to = dx + ((nint)(Indices[i] < 0 ? Indices[i] + Problem.Length : Indices[i]) * Problem.Inner);
                for (int k = 0; k < count; k++) to[k] += dy[k];
            }
        }
    }

    private struct ScatterJob : IJob
    {
        public IndexedProblem Problem;
        public bool Adds;
        public float* X;
        public long* Indices;
        public float* Updates;
        public float* Y;

        public readonly void Execute(int index, int worker)
        {
            int count = Problem.Length * Problem.Inner;
            float* y = Y + ((nint)index * count);
            if (X != Y) new ReadOnlySpan<float>(X + ((nint)index * count), count).CopyTo(new Span<float>(y, count));
            nint update = (nint)index * Problem.Indices * Problem.Inner;
            for (int i = 0; i < Problem.Indices; i++)
            {
                for (int inner = 0; inner < Problem.Inner; inner++, update++)
                {
                    long at = Indices[update] < 0 ? Indices[update] + Problem.Length : Indices[update];
                    float* to = y + ((nint)at * Problem.Inner) + inner;
                    *to = Adds ? *to + Updates[update] : Updates[update];
                }
            }
        }
    }
}
