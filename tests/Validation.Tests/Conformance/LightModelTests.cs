using System.Diagnostics;
using Framework.Adaptation;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Framework.Training;
using Onnx;
using Validation.Conformance;

namespace Validation.Tests.Conformance;

/// <summary>
/// The nine networks of ONNX's own backend tests whose weights are constants. They lie beside the checkout; where they do not, there is nothing to run.
/// </summary>
[CollectionDefinition(nameof(LightModelTests), DisableParallelization = true)]
[Collection(nameof(LightModelTests))]
public class LightModelTests
{
    /// <summary>What the project promises for a run of one image, the plan's making included.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public static TheoryData<string> Models => ["bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet", "vgg19", "zfnet512"];

    [LightTheory]
    [MemberData(nameof(Models))]
    public void A_model_gives_the_expected_output_in_time_and_without_interpreting(string name)
    {
        var graph = OnnxModel.Load(LightTheoryAttribute.PathOf($"light_{name}.onnx"));
        var expected = TensorFiles.Read(LightTheoryAttribute.PathOf($"light_{name}_output_0.pb"));
        var least = TimeSpan.MaxValue;

        // A machine that is busy with something else gets further chances, and its own work alone is counted.
        for (int chance = 0; chance < 3 && least > s_patience; chance++)
        {
            using var session = new Session(graph);
            var clock = Stopwatch.StartNew();
            var worked = Environment.CpuUsage.TotalTime;
            var output = session.Run(InputOf(graph))[0];
            worked = Environment.CpuUsage.TotalTime - worked;
            least = new[] { least, clock.Elapsed, worked }.Min();

            OfficialTolerance.Compare(output, expected).Problem.Should().BeNull();
            session.SegmentedBecause.Should().BeNull();
        }

        least.Should().BeLessThan(s_patience);
    }

    [LightTheory]
    [MemberData(nameof(Models))]
    public void A_training_step_changes_the_parameters_by_finite_gradients(string name)
    {
        var graph = new StoreWeights().Apply(OnnxModel.Load(LightTheoryAttribute.PathOf($"light_{name}.onnx")));
        var training = TrainingGraph.Create(graph, Loss.CrossEntropy);
        training.Parameters.Should().NotBeEmpty();
        using var session = new Session(training.Graph);
        var data = graph.Initializers.ToDictionary(i => i.Name, i => i.Data);
        var target = Tensor.From<long>([1], training.Graph.Inputs.First(i => i.Name == TrainingGraph.TargetName).Shape!.ToShape());
        Tensor[] counter = training.CountsSteps ? [Tensor.Scalar(0L)] : [];
        Tensor[] given = [InputOf(graph), target, .. counter, .. training.Parameters.Concat(training.States).Select(p => data[p])];

        var results = training.Graph.Outputs.Zip(session.Run(given)).ToDictionary(p => p.First.Name, p => p.Second);

        float.IsFinite(results[TrainingGraph.LossName].AsSpan<float>()[0]).Should().BeTrue();
        foreach (string parameter in training.Parameters)
            results[$"grad.{parameter}"].ToArray<double>().Should().OnlyContain(g => double.IsFinite(g), parameter);
        session.SegmentedBecause.Should().BeNull();
    }

    // As ONNX's runner makes it: rising from 0 to below 1; an open extent is 1.
    private static Tensor InputOf(Graph graph)
    {
        Shape shape = new([.. graph.Inputs.Single().Shape!.Select(d => d.IsKnown ? (int)d.Value : 1)]);
        return Tensor.From(Enumerable.Range(0, shape.ElementCount).Select(i => (float)((double)i / shape.ElementCount)).ToArray(), shape);
    }

    /// <summary>A theory over the files in <c>shared/onnx-light</c> beside the checkout.</summary>
    private sealed class LightTheoryAttribute : TheoryAttribute
    {
        private static readonly string? s_folder = Find();

        public LightTheoryAttribute()
        {
            if (s_folder is null) Skip = "shared/onnx-light does not lie beside the checkout.";
        }

        public static string PathOf(string file) => Path.Combine(s_folder!, file);

        private static string? Find()
        {
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                string path = Path.Combine(folder.FullName, "shared", "onnx-light");
                if (Directory.Exists(path)) return path;
            }

            return null;
        }
    }
}
