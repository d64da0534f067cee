using System.Diagnostics;
using System.Globalization;
using Framework.Errors;
using Framework.Tensors;

namespace Onnx.Tests.Fuzz;

/// <summary>
/// Mutated models, from ONNX's own cases: whatever they hold, reading ends in a graph or in a documented error, soon and in little memory. The
/// environment variables CNN_FUZZ_MODELS and CNN_FUZZ_SEED ask for more, or for others.
/// </summary>
public class FuzzTests
{
    private const int ModelsByDefault = 3000;

    /// <summary>What the project promises: no model takes longer.</summary>
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);

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
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var graph = OnnxModel.Parse(model, "fuzzed.onnx");
                read++;
                Bound(model, GC.GetAllocatedBytesForCurrentThread() - before, i);
                OnnxModel.Serialize(graph);
                written++;
            }
            catch (FrameworkException e) when (e is ModelFormatException or UnsupportedModelException or ShapeException)
            {
                Bound(model, GC.GetAllocatedBytesForCurrentThread() - before, i);
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

    // What is allocated in all is no less than what is held at once.
    private static void Bound(byte[] model, long allocated, int number) => allocated.Should().BeLessThan((4L * model.Length) + (64 << 20), "model {0} is small", number);

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
