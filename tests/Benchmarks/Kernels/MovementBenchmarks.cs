using Framework.Kernels.Convolution;
using Framework.Kernels.Movement;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>What moves numbers about: layout conversion both ways, concatenation's rows, a transposition, gathering and adding entries. Without lists: one way for all.</summary>
public unsafe class MovementBenchmarks : KernelBenchmarks
{
    protected override IEnumerable<Trial> All
    {
        get
        {
            foreach (var shape in ActivationShape.All)
            {
                yield return new Trial(shape.Name, "to blocks", pool => Convert(shape, true, pool));
                yield return new Trial(shape.Name, "to plain", pool => Convert(shape, false, pool));
                yield return new Trial(shape.Name, MovementKernel.RowsName, pool => Rows(shape, pool));
                yield return new Trial($"transposition, {shape.Name}", MovementKernel.Name, pool => Transpose(shape, pool));
            }

            var entries = new IndexedProblem(1, 10_000, 300, 4096);
            yield return new Trial("4096 of 10000 x 300", $"{IndexedKernel.Name} gather", pool => Indexed(entries, false, pool));
            yield return new Trial("4096 of 10000 x 300", $"{IndexedKernel.Name} add", pool => Indexed(entries, true, pool));
        }
    }

    private static Prepared Convert(ActivationShape shape, bool toBlocked, WorkerPool pool)
    {
        var memory = new Operands();
        float* source = memory.Take(shape.Floats), target = memory.Take(shape.Floats);
        var layout = new BlockedLayout(shape.Lanes);
        return new Prepared(memory, toBlocked
            ? () => LayoutConversion.ToBlocked(source, target, layout, shape.Batch, shape.Channels, shape.Places, pool)
            : () => LayoutConversion.ToPlain(source, target, layout, shape.Batch, shape.Channels, shape.Places, pool));
    }

    private static Prepared Rows(ActivationShape shape, WorkerPool pool)
    {
        var memory = new Operands();
        nint row = (nint)shape.Channels * shape.Places * sizeof(float);
        byte* source = (byte*)memory.Take(shape.Floats), target = (byte*)memory.Take(2 * (nint)shape.Floats);
        return new Prepared(memory, () => MovementKernel.CopyRows(source, row, target, 2 * row, shape.Batch, row, pool));
    }

    private static Prepared Transpose(ActivationShape shape, WorkerPool pool)
    {
        var memory = new Operands();
        float* source = memory.Take(shape.Floats), target = memory.Take(shape.Floats);
        int columns = shape.Places, rows = shape.Floats / columns;
        var map = new MovementMap([.. Enumerable.Range(0, shape.Floats).Select(i => (i % rows * columns) + (i / rows))]);
        return new Prepared(memory, () => MovementKernel.Run(map, sizeof(float), source, target, null, pool));
    }

    private static Prepared Indexed(IndexedProblem problem, bool adds, WorkerPool pool)
    {
        var memory = new Operands();
        float* entries = memory.Take((nint)problem.Length * problem.Inner), chosen = memory.Take((nint)problem.Indices * problem.Inner);
        long* indices = (long*)memory.Take(2 * problem.Indices);
        var random = new Random(1);
        for (int i = 0; i < problem.Indices; i++) indices[i] = random.Next(problem.Length);
        return new Prepared(memory, adds
            ? () => IndexedKernel.AddEntries(problem, chosen, indices, entries, pool)
            : () => IndexedKernel.Gather(problem, sizeof(float), (byte*)entries, indices, (byte*)chosen, pool));
    }
}
