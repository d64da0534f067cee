using Framework.Models;
using Framework.Tensors;
using Framework.Training;
using Validation.Engines;
using Validation.Parity;

namespace Validation.Tests.Parity;

/// <summary>Faults planted in what an engine gives back, ours or another's: the comparison must fail, by whatever judge alone.</summary>
public class PlantedEngineTests
{
    private static readonly ParityProblem s_problem = ParityProblem.Training(ModelCatalog.Create("xo").Initialize(seed: 1).TraceAll(), batch: 2, seed: 1);

    public static TheoryData<string, string> JudgesAndFaults
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string judge in (string[])["float64", "onnxruntime", "libtorch"])
            {
                foreach (string fault in (string[])["factor", "element", "no number"]) all.Add(judge, fault);
            }

            return all;
        }
    }

    private static string Weight => ParityProblem.GradientOf(s_problem.Differentiated[0]);

    [Theory]
    [InlineData("float64")]
    [InlineData("onnxruntime")]
    [InlineData("libtorch")]
    public void Without_a_fault_every_judge_is_content(string judge) => Run(judge, RunnerEngine.Own(), Others(judge)).Ok.Should().BeTrue();

    [Theory]
    [MemberData(nameof(JudgesAndFaults))]
    public void A_wrong_gradient_of_ours_fails_by_every_judge_alone(string judge, string fault)
    {
        var report = Run(judge, new Spoilt(RunnerEngine.Own(), Weight, fault), Others(judge));

        report.Ok.Should().BeFalse();
        report.Rows.Where(r => !r.Ok).Should().ContainSingle().Which.Against.Should().Be(judge);
    }

    [Theory]
    [InlineData("factor")]
    [InlineData("element")]
    [InlineData("no number")]
    public void Another_engine_that_ran_something_else_is_noticed(string fault)
    {
        var report = Run("onnxruntime", RunnerEngine.Own(), [new Spoilt(RunnerEngine.OnnxRuntime(), TrainingGraph.LossName, fault)]);

        report.Rows.Where(r => !r.Ok).Should().ContainSingle().Which.Quantity.Should().Be(Quantity.Loss);
    }

    private static ParityReport Run(string judge, IEngine ours, IReadOnlyList<IEngine> others) =>
        ParityRun.Run(s_problem, new ParityOptions { Engines = others, AgainstFloat64 = judge == ParityOptions.Float64, Judged = ours });

    private static IReadOnlyList<IEngine> Others(string judge) => judge switch
    {
        "onnxruntime" => [RunnerEngine.OnnxRuntime()],
        "libtorch" => [new LibTorchEngine()],
        _ => [],
    };

    /// <summary>An engine one of whose results is changed.</summary>
    private sealed class Spoilt(IEngine engine, string result, string fault) : IEngine
    {
        public string Name => engine.Name;

        public IReadOnlyDictionary<string, Tensor> Run(ParityProblem problem)
        {
            var results = engine.Run(problem).ToDictionary();
            var changed = results[result].Clone();
            var x = changed.AsSpan<float>();
            switch (fault)
            {
                case "factor":
                    foreach (ref float value in x) value *= 1.001f;
                    break;
                case "element":
                    x[0] += 0.01f;
                    break;
                default:
                    x[0] = float.NaN;
                    break;
            }

            results[result] = changed;
            return results;
        }
    }
}
