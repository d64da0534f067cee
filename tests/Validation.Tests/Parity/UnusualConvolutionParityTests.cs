using Framework.Modules;
using Validation.Engines;
using Validation.Parity;

namespace Validation.Tests.Parity;

/// <summary>Convolutions with more weights than one set, beside the engines: outputs, loss and gradients.</summary>
public class UnusualConvolutionParityTests
{
    private const int Classes = 3;

    [Fact]
    public void An_unshared_convolution_agrees() =>
        Agree(new LocallyConnected2d(2, 3, input: 7, kernel: 3, stride: 2, padding: 1), features: 3 * 4 * 4);

    // Seven places by sets of two: the last row and column are cut off again.
    [Theory]
    [InlineData(2, 1, 7)]
    [InlineData(3, 2, 4)]
    public void A_tiled_convolution_agrees(int tile, int stride, int places) =>
        Agree(new TiledConv2d(2, 3, kernel: 3, tile, stride, padding: 1), features: 3 * places * places);

    private static void Agree(Module convolution, int features)
    {
        var network = new Sequential { convolution, new Flatten(), new Linear(features, Classes) }.Initialize(seed: 1).Trace(["N", 2, 7, 7]);
        var options = new ParityOptions { Engines = [RunnerEngine.OnnxRuntime(), new LibTorchEngine()] };

        var report = ParityRun.Run(ParityProblem.Training(network, batch: 2, seed: 1), options);

        report.Rows.Where(r => !r.Ok).Should().BeEmpty();
        report.Ok.Should().BeTrue();
        report.Rows.Select(r => r.Against).Distinct().Should().BeEquivalentTo(ParityOptions.Float64, "onnxruntime", "libtorch");
        foreach (string engine in new[] { "onnxruntime", "libtorch" })
        {
            report.Rows.Where(r => r.Against == engine && r.Quantity == Quantity.Gradient).Select(r => r.Name)
                .Should().BeEquivalentTo([.. network.Parameters.Select(p => p.Name), "input"]);
        }
    }
}
