using Framework.Execution;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training.Optimizers;
using Interop.LibTorch;

namespace Interop.Tests.LibTorch;

public sealed class TorchOptimizerTests
{
    private const int Count = 50;
    private const int Steps = 40;

    // No step of any optimizer takes more operations on the way from a weight to the next.
    private const int RoundingsPerStep = 20;

    private static readonly Dictionary<string, (Optimizer Ours, Func<Tensor, TorchOptimizer> Theirs)> s_pairs = new()
    {
        ["descent"] = (new Sgd(momentum: 0), w => TorchOptimizer.Sgd(w, 0)),
        ["momentum, decay"] = (new Sgd(0.9f, 0.01f), w => TorchOptimizer.Sgd(w, 0.9f, 0.01f)),
        ["nesterov"] = (new Sgd(0.9f, 0.01f) { Nesterov = true }, w => TorchOptimizer.Sgd(w, 0.9f, 0.01f, nesterov: true)),
        ["adam"] = (new Adam(), w => TorchOptimizer.Adam(w, 0.9f, 0.999f, 1e-8f)),
        ["adam, decay"] = (new Adam(0.8f, 0.99f, 1e-4f, 0.1f), w => TorchOptimizer.Adam(w, 0.8f, 0.99f, 1e-4f, 0.1f)),
        ["adamw"] = (new AdamW(), w => TorchOptimizer.AdamW(w, 0.9f, 0.999f, 1e-8f, 0.01f)),
        ["adamw, strong decay"] = (new AdamW(weightDecay: 0.5f), w => TorchOptimizer.AdamW(w, 0.9f, 0.999f, 1e-8f, 0.5f)),
        ["rmsprop"] = (new RmsProp(), w => TorchOptimizer.RmsProp(w, 0.99f, 1e-8f)),
        ["rmsprop, all"] = (new RmsProp(0.9f, 1e-6f, 0.9f, centred: true, 0.02f), w => TorchOptimizer.RmsProp(w, 0.9f, 1e-6f, 0.02f, 0.9f, centred: true)),
        ["rmsprop, momentum"] = (new RmsProp(momentum: 0.5f), w => TorchOptimizer.RmsProp(w, 0.99f, 1e-8f, momentum: 0.5f)),
        ["adagrad"] = (new Adagrad(), w => TorchOptimizer.Adagrad(w, 0, 1e-10f)),
        ["adagrad, all"] = (new Adagrad(0.1f, 1e-6f, 0.05f), w => TorchOptimizer.Adagrad(w, 0.1f, 1e-6f, 0.05f)),
    };

    public static TheoryData<string> Pairs => [.. s_pairs.Keys];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_step_is_libtorchs(string pair)
    {
        var (ours, theirs) = s_pairs[pair];
        var random = new CounterRandom(7);
        var weights = Random(random);
        var theirWeights = weights.Clone();
        using var update = new Interpreter(ours.Update(Count), Precision.Float64);
        using var reference = theirs(theirWeights);
        Tensor[] state = [.. ours.State.Select(_ => new Tensor(ElementType.Float64, [Count]))];

        for (int step = 1; step <= Steps; step++)
        {
            var gradients = Random(random);
            float rate = 0.1f / step;
            var outputs = update.Run([weights, gradients, .. ours.NumbersAt(rate, step).Select(Tensor.Scalar), .. state]);
            (weights, state) = (outputs[0], [.. outputs.Skip(1)]);
            reference.Step(rate, gradients);

            weights.ShouldAgree(theirWeights, RoundingsPerStep * step, $"{pair}, step {step}");
        }
    }

    private static Tensor Random(CounterRandom random) =>
        Tensor.From(Enumerable.Range(0, Count).Select(_ => random.NextNormal()).ToArray(), [Count]);
}
