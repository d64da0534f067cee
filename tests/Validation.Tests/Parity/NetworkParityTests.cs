using Framework.Models;
using Framework.Training;
using Validation.Engines;
using Validation.Parity;

namespace Validation.Tests.Parity;

/// <summary>Networks of the catalogue at full depth, most of them narrow, by all judges.</summary>
public class NetworkParityTests
{
    private static IReadOnlyList<IEngine> Others => [RunnerEngine.OnnxRuntime(), new LibTorchEngine()];

    [Theory]
    [InlineData("lenet5", 1)]
    [InlineData("xo", 1)]
    [InlineData("softmax", 1)]
    [InlineData("textcnn", 0.05)]
    [InlineData("resnet20-cifar", 0.5)]
    [InlineData("plain20-cifar", 0.5)]
    public void Outputs_and_gradients_agree(string name, double width)
    {
        var network = ModelCatalog.Create(name, new ModelOptions { Width = width }).Initialize(seed: 1).TraceAll(name: name);

        var report = ParityRun.Run(ParityProblem.Training(network, batch: 2, seed: 1), new ParityOptions { Engines = Others });

        report.Rows.Where(r => !r.Ok).Should().BeEmpty();
        report.Steps.Where(s => !s.Ok).Should().BeEmpty();
        report.Directional!.Ok.Should().BeTrue("{0}", report.Directional);
        report.OracleError.Should().BeLessThan(ParityReport.OracleTolerance);
        report.Rows.Select(r => r.Against).Distinct().Should().BeEquivalentTo("float64", "onnxruntime", "libtorch");
        report.Rows.Count(r => r.Against == "libtorch" && r.Quantity == Quantity.Gradient).Should().BeGreaterThanOrEqualTo(network.Parameters.Count());
        report.Rows.Should().OnlyContain(r => double.IsFinite(r.MaxAbs) && double.IsFinite(r.RmsRel) && double.IsFinite(r.ErrorVsFloat64) && double.IsFinite(r.Tolerance));
    }

    [Fact]
    public void In_inference_outputs_agree()
    {
        var network = ModelCatalog.Create("resnet20-cifar").Initialize(seed: 1).Trace();

        var report = ParityRun.Run(ParityProblem.Inference(network, batch: 2, seed: 1), new ParityOptions { Engines = Others });

        report.Ok.Should().BeTrue();
        report.Rows.Should().HaveCount(3).And.OnlyContain(r => r.Quantity == Quantity.Output && r.Name == "output");
        report.Directional.Should().BeNull();
    }

    [Fact]
    public void A_network_with_heads_has_them_in_its_loss()
    {
        var network = ModelCatalog.Create("googlenet", new ModelOptions { Width = 0.125, Classes = 10 }).Initialize(seed: 1).TraceAll();

        var problem = ParityProblem.Training(network, batch: 1, seed: 1);

        problem.Differentiated.Should().Contain(["aux1.fc2.weight", "aux2.fc2.weight", "input"]);
        problem.Graph.Inputs.Select(i => i.Name).Should().Contain(TrainingGraph.TargetName).And.NotContain(ToTraining.CounterName, "dropout is off");
    }
}
