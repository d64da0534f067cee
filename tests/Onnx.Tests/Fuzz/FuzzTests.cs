using System.Diagnostics;
using System.Globalization;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;

namespace Onnx.Tests.Fuzz;

/// <summary>
/// Mutated models, from ONNX's own cases: whatever they hold, reading ends in a graph or in a documented error, soon and in little memory. The
/// environment variables CNN_FUZZ_MODELS and CNN_FUZZ_SEED ask for more, or for others.
/// </summary>
[CollectionDefinition(nameof(FuzzTests), DisableParallelization = true)]
[Collection(nameof(FuzzTests))]
public sealed class FuzzTests : IDisposable
{
    private const int ModelsByDefault = 3000;
    private const int RunsByDefault = 1000;
    private const int FoldersByDefault = 1000;

    /// <summary>What the project promises: no model takes longer.</summary>
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("fuzz").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Mutated_models_end_in_a_graph_or_in_a_documented_error()
    {
        int models = int.Parse(Environment.GetEnvironmentVariable("CNN_FUZZ_MODELS") ?? $"{ModelsByDefault}", CultureInfo.InvariantCulture);
        long seed = long.Parse(Environment.GetEnvironmentVariable("CNN_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        var corpus = Corpus();
        int read = 0, written = 0;
        for (int i = 0; i < models; i++)
        {
            var random = new CounterRandom(seed, $"model {i}");
            byte[] model = new WireMutator(random, corpus).Mutate(corpus[random.NextInt(corpus.Count)]);
            var clock = Stopwatch.StartNew();
            long before = Allocated();
            try
            {
                var graph = OnnxModel.Parse(model, "fuzzed.onnx");
                read++;
                Bound(model.Length, Allocated() - before, i);
                OnnxModel.Serialize(graph);
                written++;
            }
            catch (FrameworkException e) when (IsOfLoading(e))
            {
                Bound(model.Length, Allocated() - before, i);
                e.Message.Should().NotContain("\n");
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"model {i} of seed {seed}: {e.GetType().Name}: {e.Message}", e);
            }

            clock.Elapsed.Should().BeLessThan(s_hang, "model {0} of seed {1} must not hang", i, seed);
        }

        read.Should().BeInRange(models / 100, models - 1, "both ends must have been met");
        written.Should().BeGreaterThan(models / 200);
    }

    [Fact]
    public void Models_that_are_read_run_or_are_refused_within_a_budget()
    {
        int models = int.Parse(Environment.GetEnvironmentVariable("CNN_FUZZ_RUNS") ?? $"{RunsByDefault}", CultureInfo.InvariantCulture);
        long seed = long.Parse(Environment.GetEnvironmentVariable("CNN_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        var corpus = Corpus();
        var faults = new List<string>();
        int ran = 0;
        for (int i = 0; i < models; i++)
        {
            var random = new CounterRandom(seed, $"run {i}");
            byte[] model = new WireMutator(random, corpus).Mutate(corpus[random.NextInt(corpus.Count)]);
            var clock = Stopwatch.StartNew();
            try
            {
                var graph = OnnxModel.Parse(model, "fuzzed.onnx");
                if (InputsOf(graph, random) is not { } inputs) continue;
                using var session = new Session(graph, new SessionOptions { MemoryBudget = 64 << 20 });
                session.Run(inputs);
                ran++;
            }
            catch (FrameworkException e) when (IsOfLoading(e) || e is MemoryBudgetException or DataFormatException)
            {
                // Refused, whether the file or the run.
            }
            catch (Exception e)
            {
                faults.Add($"model {i} of seed {seed}: {e.GetType().Name}: {e.Message} {string.Join(" | ", (e.StackTrace ?? "").Split('\n').Take(5).Select(l => l.Trim().Split(" in ")[0]))}");
            }

            clock.Elapsed.Should().BeLessThan(s_hang, "model {0} of seed {1} must not hang", i, seed);
        }

        faults.Should().BeEmpty();
        ran.Should().BeGreaterThan(models / 50);
    }

    [Fact]
    public async Task Models_with_files_beside_them_end_in_a_graph_or_in_a_documented_error()
    {
        int models = int.Parse(Environment.GetEnvironmentVariable("CNN_FUZZ_FOLDERS") ?? $"{FoldersByDefault}", CultureInfo.InvariantCulture);
        long seed = long.Parse(Environment.GetEnvironmentVariable("CNN_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        var files = new FuzzedFolder(_folder);
        var corpus = Corpus();
        var met = new HashSet<string>();
        for (int i = 0; i < models; i++)
        {
            var random = new CounterRandom(seed, $"folder {i}");
            byte[] model = FuzzedFolder.Model(random);
            if (random.NextInt(4) == 0) model = new WireMutator(random, corpus).Mutate(model);
            string path = files.Write(model);
            var clock = Stopwatch.StartNew();
            long before = Allocated();
            try
            {
                // On another thread, so that one that waits for ever fails this test.
                await Task.Run(() => OnnxModel.Load(path)).WaitAsync(s_hang);
                met.Add("graph");
            }
            catch (FrameworkException e) when (IsOfLoading(e))
            {
                e.Message.Should().NotContain("\n");
                foreach (string reason in FuzzedFolder.Refusals.Where(r => e.Message.Contains(r, StringComparison.Ordinal))) met.Add(reason);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"folder {i} of seed {seed}: {e.GetType().Name}: {e.Message}", e);
            }

            Bound(model.Length + FuzzedFolder.Bytes, Allocated() - before, i);
            clock.Elapsed.Should().BeLessThan(s_hang, "folder {0} of seed {1} must not hang", i, seed);
        }

        met.Should().BeEquivalentTo(["graph", .. FuzzedFolder.Refusals], "every end must have been met");
    }

    // Small numbers in small shapes; null where an input's shape or type is open.
    private static Tensor[]? InputsOf(Graph graph, CounterRandom random)
    {
        const int most = 1 << 16;
        var inputs = new Tensor[graph.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            var input = graph.Inputs[i];
            if (input.ElementType == ElementType.Undefined || input.Shape is not { } shape) return null;
            int[] extents = [.. shape.Select(d => d.IsKnown ? (int)Math.Min(d.Value, most) : 2)];
            if (extents.Aggregate(1L, (n, e) => Math.Min(n * e, most + 1)) > most) return null;
            var values = new Tensor(ElementType.Float32, new Shape(extents));
            foreach (ref float x in values.AsSpan<float>()) x = random.NextInt(4);
            inputs[i] = values.To(input.ElementType);
        }

        return inputs;
    }

    // What is allocated in all is no less than what is held at once.
    private static void Bound(long bytes, long allocated, int number) => allocated.Should().BeLessThan((4 * bytes) + (64 << 20), "model {0} is small", number);

    // Of all threads: initializers are read by several.
    private static long Allocated() => GC.GetTotalAllocatedBytes(precise: true);

    // What docs/ONNX.md says of loading.
    private static bool IsOfLoading(Exception e) => e is ModelFormatException or UnsupportedModelException or ShapeException;

    private static List<byte[]> Corpus()
    {
        const string suite = "/usr/share/libonnx-testdata/data";
        Directory.Exists(suite).Should().BeTrue("the package libonnx-testdata holds the corpus; eng/test.sh installs it");
        return
        [
            OnnxModel.Serialize(TestGraphs.LeNet()),
            .. Directory.EnumerateFiles(suite, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(b => b.Length < 20_000),
        ];
    }
}
