using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Onnx.Tests;

/// <summary>Weights go from the file to their tensors in one copy, wherever they lie.</summary>
[CollectionDefinition(nameof(LoadingMemoryTests), DisableParallelization = true)]
[Collection(nameof(LoadingMemoryTests))]
public sealed class LoadingMemoryTests : IDisposable
{
    private const int Layers = 4, Width = 2048;

    // Messages, buffers, what is read of the graph.
    private const long Beside = 4 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("memory").FullName;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Loading_takes_one_copy_of_the_weights(bool apart)
    {
        string path = Path.Combine(_folder, "large.onnx");
        OnnxModel.Save(Network(), path, new OnnxExportOptions { ExternalData = apart });
        long weights = (long)Layers * Width * Width * sizeof(float);
        OnnxModel.Load(path).Parameters.Should().HaveCount(Layers);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        var graph = OnnxModel.Load(path);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        graph.Parameters.Sum(p => (long)p.Data.ByteCount).Should().Be(weights);
        allocated.Should().BeInRange(weights, weights + Beside);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Graph Network()
    {
        var b = new GraphBuilder();
        var x = b.Input("x", ElementType.Float32, ["N", Width]);
        for (int i = 0; i < Layers; i++) x = x.MatMul(b.Initializer($"w{i}", new Tensor(ElementType.Float32, [Width, Width]), InitializerRole.Parameter));
        return b.Build(x);
    }
}
