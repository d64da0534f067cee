using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Modules;
using Framework.Operators;
using Framework.Tensors;
using Framework.Tests.Models;

namespace Framework.Tests.Modules;

/// <summary>
/// What modules are made of differentiates, for any batch: along a random direction of input and parameters their outputs, under a random cotangent,
/// change as the gradients say, in float64.
/// </summary>
public sealed class ModuleGradientTests
{
    // Curvature and rounding balance where the step is about the cube root of the roundoff.
    private const double Step = 1e-5;

    // The square of the step, times third derivatives of order 1, with room for those of a few layers.
    private const double Bound = 1e-8;

    private static readonly Dictionary<string, (Module Module, Shape Input)> s_modules = new()
    {
        ["Conv1d"] = (new Conv1d(2, 3, kernel: 3, stride: 2, padding: 1), [2, 2, 9]),
        ["Conv3d"] = (new Conv3d(2, 2, kernel: (1, 2, 3), padding: (0, 1, 1)), [2, 2, 3, 4, 4]),
        ["true convolution"] = (new Conv2d(2, 3, kernel: 3, options: new() { TrueConvolution = true }), [2, 2, 5, 6]),
        ["reflected"] = (new Conv2d(2, 3, kernel: 3, padding: 1, options: new() { Padding = PaddingMode.Reflect }), [2, 2, 5, 6]),
        ["replicated"] = (new Conv2d(2, 3, kernel: 3, padding: 1, options: new() { Padding = PaddingMode.Replicate }), [2, 2, 5, 6]),
        ["circular"] = (new Conv2d(2, 3, kernel: 3, padding: 1, options: new() { Padding = PaddingMode.Circular }), [2, 2, 5, 6]),
        ["ConvTranspose2d"] = (new ConvTranspose2d(2, 3, kernel: 3, stride: 2, padding: 1, outputPadding: 1), [2, 2, 4, 4]),
        ["LocallyConnected2d"] = (new LocallyConnected2d(2, 3, input: 5, kernel: 3, padding: 1), [2, 2, 5, 5]),
        ["TiledConv2d"] = (new TiledConv2d(2, 3, kernel: 3, tile: 2, padding: 1), [2, 2, 5, 6]),
        ["AdaptiveAvgPool2d"] = (new AdaptiveAvgPool2d((2, 3)), [2, 2, 5, 7]),
        ["AvgPool2d"] = (new AvgPool2d(3, stride: 2, padding: 1), [2, 2, 5, 7]),
        ["BatchNorm2d"] = (new BatchNorm2d(3), [2, 3, 4, 4]),
        ["LayerNorm"] = (new LayerNorm([3, 4]), [2, 2, 3, 4]),
        ["GroupNorm"] = (new GroupNorm(2, 4), [2, 4, 3, 3]),
        ["InstanceNorm"] = (new InstanceNorm(3), [2, 3, 4, 4]),
        ["LocalResponseNorm"] = (new LocalResponseNorm(size: 3, alpha: 0.5f), [2, 5, 2, 2]),
        ["Dropout2d"] = (new Dropout2d(), [2, 3, 4, 4]),
    };

    public static TheoryData<string> Names => [.. s_modules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_change_as_gradients_say(string name)
    {
        var (module, shape) = s_modules[name];
        var graph = module.Trace(((SymbolicShape)shape).With(0, "N"));
        string[] parameters = [.. graph.Parameters.Select(p => p.Name)];
        var random = new CounterRandom(2, name);
        Tensor[] at = [Random(shape), .. graph.Parameters.Select(p => Random(p.Data.Shape))];
        Tensor[] along = [.. at.Select(t => Random(t.Shape))];
        using var forward = new Interpreter(Promotion.ToInputs(graph, parameters), Precision.Float64);
        var cotangent = Random(forward.Run(at)[0].Shape);
        using var backward = new Interpreter(Promotion.ToInputs(Backward.VectorJacobian(graph, ["input", .. parameters]), parameters), Precision.Float64);

        double predicted = backward.Run([at[0], cotangent, .. at[1..]]).Skip(1).Zip(along, Inner).Sum();
        double difference = (At(Step) - At(-Step)) / (2 * Step);

        difference.Should().BeApproximately(predicted, Bound * (1 + Math.Abs(predicted)));

        double At(double step) => Inner(forward.Run([.. at.Zip(along, (a, d) => Moved(a, d, step))])[0], cotangent);

        Tensor Random(Shape of)
        {
            var tensor = new Tensor(ElementType.Float64, of);
            foreach (ref double x in tensor.AsSpan<double>()) x = random.NextNormal();
            return tensor;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_session_computes_what_the_interpreter_does(string name)
    {
        var (module, shape) = s_modules[name];
        var x = new Tensor(ElementType.Float32, shape);
        var random = new CounterRandom(2, name);
        foreach (ref float element in x.AsSpan<float>()) element = (float)random.NextNormal();

        NetworkRunTests.Compare(module.Trace(((SymbolicShape)shape).With(0, "N")), [x]);
    }

    private static Tensor Moved(Tensor from, Tensor direction, double step) =>
        Tensor.From(from.ToArray<double>().Zip(direction.ToArray<double>(), (x, d) => x + (step * d)).ToArray(), from.Shape);

    private static double Inner(Tensor a, Tensor b) => a.ToArray<double>().Zip(b.ToArray<double>(), (x, y) => x * y).Sum();
}
