using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Interop.LibTorch;

namespace Interop.Tests.LibTorch;

public sealed class SmoothedLossTests
{
    private const int Images = 6, Classes = 4;

    [Theory]
    [InlineData(0f, false)]
    [InlineData(0.1f, false)]
    [InlineData(0f, true)]
    [InlineData(0.3f, true)]
    public void Smoothing_and_class_weights_are_libtorchs_in_loss_and_gradient(float smoothing, bool weighted)
    {
        float[]? weights = weighted ? [1, 0.5f, 3, 0] : null;
        var random = new CounterRandom(3);
        var scores = Tensor.From(Enumerable.Range(0, Images * Classes).Select(_ => 2 * random.NextNormal()).ToArray(), [Images, Classes]);
        var labels = Tensor.From<long>([0, 1, 2, 3, 2, 1], [Images]);

        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N", Classes]);
        var loss = builder.Rename(Loss.CrossEntropyWith(smoothing, weights).Trace(x, builder.Input("labels", ElementType.Int64, ["N"])), "loss");
        using var ours = new Interpreter(Backward.Differentiate(builder.Build(loss), "loss", ["x"]), Precision.Float64);
        var found = ours.Run(scores, labels);

        using var program = new TorchProgram();
        var input = program.Bind(scores, requiresGradient: true);
        TorchArgument weight = weights is null ? TorchArgument.None : program.Bind(Tensor.From(weights.Select(w => (double)w).ToArray(), [Classes]));
        var theirs = program.Call("cross_entropy_loss", input, program.Bind(labels), weight, 1, -100, (double)smoothing);
        var gradient = program.Gradients([theirs], [null], [input])[0];
        program.Keep([theirs, gradient]);
        program.Run();

        found[0].ShouldAgree(program.Result(theirs), Images * Classes, "loss");
        found[1].ShouldAgree(program.Result(gradient), Images * Classes, "gradient");
    }
}
