using Framework.Adaptation;
using Framework.Errors;
using Framework.Files;
using Framework.Graphs;
using Framework.Models;
using Framework.Tensors;

namespace Framework.Tests.Adaptation;

public sealed class StateDictTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weights").FullName;

    private string File => Path.Combine(_folder, "net.safetensors");

    [Fact]
    public void Weights_and_statistics_come_back_by_their_names()
    {
        var network = Network(1);
        StateDict.Save(network, File);

        var loaded = StateDict.Load(Network(2), File);

        foreach (var (expected, actual) in network.Initializers.Zip(loaded.Initializers))
            actual.Data.AsBytes().SequenceEqual(expected.Data.AsBytes()).Should().BeTrue(expected.Name);
        using var stream = System.IO.File.OpenRead(File);
        Safetensors.Read(stream, File).Keys.Should().Contain("layer1.0.bn1.running_mean").And.Contain("conv1.weight");
    }

    [Fact]
    public void Other_widths_are_converted_and_counters_of_batches_passed_over()
    {
        var network = Network(1);
        (string, Tensor)[] tensors = [.. network.Initializers.Where(i => i.Role != InitializerRole.Constant).Select(i => (i.Name, i.Data.To(ElementType.Float64))), ("bn1.num_batches_tracked", Tensor.Scalar(3L))];
        AtomicFile.Write(File, s => Safetensors.Write(s, tensors));

        StateDict.Load(Network(2), File).Initializers[0].Data.AsBytes().SequenceEqual(network.Initializers[0].Data.AsBytes()).Should().BeTrue();
    }

    [Fact]
    public void Names_and_shapes_that_do_not_fit_are_told()
    {
        StateDict.Save(ModelCatalog.Create("lenet5", new ModelOptions()).Trace(), File);
        FluentActions.Invoking(() => StateDict.Load(Network(1), File)).Should().Throw<UsageException>().WithMessage("*missing are*and *more*unknown are conv1.bias*");

        AtomicFile.Write(File, s => Safetensors.Write(s, [.. Network(1).Initializers.Where(i => i.Role != InitializerRole.Constant).Select(i => (i.Name, new Tensor(ElementType.Float32, [7])))]));
        FluentActions.Invoking(() => StateDict.Load(Network(1), File)).Should().Throw<ShapeException>();

        FluentActions.Invoking(() => StateDict.Load(Network(1), Path.Combine(_folder, "absent"))).Should().Throw<UsageException>().WithMessage("*cannot be read*");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Graph Network(long seed) => ModelCatalog.Create("resnet20-cifar", new ModelOptions()).Initialize(seed).Trace();
}
