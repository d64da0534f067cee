using System.Diagnostics;
using Framework.Errors;
using Framework.Execution;
using Framework.Models;
using Framework.Training;
using Validation.Engines;
using Validation.Parity;
using Xunit.Abstractions;

namespace Validation.Tests.Parity;

/// <summary>Networks of the catalogue by all judges.</summary>
public class NetworkParityTests(ITestOutputHelper output)
{
    private static IReadOnlyList<IEngine> Others => [RunnerEngine.OnnxRuntime(), new LibTorchEngine()];

    // Its layers are those of the network of 110, eleven times over; a run by all engines takes minutes, and is made by `cnn parity`.
    private const string Repetitive = "resnet1202-cifar";

    public static TheoryData<string> Names => [.. ModelCatalog.Names.Where(n => n != Repetitive)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_and_gradients_agree(string name)
    {
        var clock = Stopwatch.StartNew();
        var network = ReducedNetwork.Of(name);

        var report = ParityRun.Run(
            ParityProblem.Training(network, batch: 2, seed: 1),
            new ParityOptions { Engines = Others, Progress = what => output.WriteLine($"[{clock.Elapsed.TotalSeconds:F1}] {what}") });

        report.Rows.Where(r => !r.Ok).Should().BeEmpty();
        report.Steps.Where(s => !s.Ok).Should().BeEmpty();
        report.Steps.Should().HaveCountGreaterThan(network.Nodes.Count);
        report.Directional!.Ok.Should().BeTrue("{0}", report.Directional);
        report.OracleError.Should().BeLessThan(ParityReport.OracleTolerance);
        report.Rows.Select(r => r.Against).Distinct().Should().BeEquivalentTo("float64", "onnxruntime", "libtorch");
        report.Rows.Count(r => r.Against == "libtorch" && r.Quantity == Quantity.Gradient).Should().BeGreaterThanOrEqualTo(network.Parameters.Count());
        report.Rows.Should().OnlyContain(r => double.IsFinite(r.MaxAbs) && double.IsFinite(r.RmsRel) && double.IsFinite(r.ErrorVsFloat64) && double.IsFinite(r.Tolerance));
    }

    /// <summary>The networks of the suite, each by the algorithms that are not the default.</summary>
    public static TheoryData<string, ConvolutionAlgorithm> ByAlgorithm
    {
        get
        {
            var cases = new TheoryData<string, ConvolutionAlgorithm>();
            foreach (string name in (string[])["lenet5", "alexnet", "alexnet-tv", "zfnet", "vgg16", "googlenet", "googlenet-tv", "resnet18", "resnet50", "densenet121"])
            {
                foreach (var algorithm in Enum.GetValues<ConvolutionAlgorithm>().Where(a => a != ConvolutionAlgorithm.Auto)) cases.Add(name, algorithm);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(ByAlgorithm))]
    public void Outputs_and_gradients_agree_by_every_algorithm(string name, ConvolutionAlgorithm algorithm)
    {
        var network = ReducedNetwork.Of(name);

        var report = ParityRun.Run(ParityProblem.Training(network, batch: 2, seed: 1), new ParityOptions { Algorithm = algorithm });

        report.Rows.Where(r => !r.Ok).Should().BeEmpty();
        report.Steps.Where(s => !s.Ok).Should().BeEmpty();
        report.Rows.Count(r => r.Quantity == Quantity.Gradient).Should().BeGreaterThanOrEqualTo(network.Parameters.Count());
        report.Directional!.Ok.Should().BeTrue("{0}", report.Directional);
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
    public void Batch_normalisation_of_one_value_a_channel_is_refused()
    {
        var network = ModelCatalog.Create("resnet18", new ModelOptions { Width = 0.0625, Classes = 5 }).Initialize(seed: 1).Trace(["N", 3, 32, 32]);

        var one = () => ParityProblem.Training(network, batch: 1, seed: 1);
        var two = () => ParityProblem.Training(network, batch: 2, seed: 1);

        one.Should().Throw<ShapeException>().WithMessage("*layer4.0.bn1*one value*");
        two.Should().NotThrow();
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
