using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Interop.LibTorch;
using Validation.Parity;

namespace Validation.Engines;

/// <summary>libtorch, which differentiates the network and its loss by its own rules.</summary>
/// <param name="precision">In which precision it computes.</param>
/// <param name="threads">Threads; 0 leaves the choice to the engine.</param>
public sealed class LibTorchEngine(Precision precision = Precision.Native, int threads = 0) : IEngine
{
    /// <inheritdoc/>
    public string Name => "libtorch";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Run(ParityProblem problem)
    {
        using var torch = new TorchSession(problem.Forward, precision) { Threads = threads };
        if (problem.Differentiated.Count == 0)
            return problem.Forward.Outputs.Zip(torch.Run(problem.ForwardInputs)).ToDictionary(p => p.First.Name, p => p.Second);
        var (outputs, gradients) = torch.Gradients(
            problem.ForwardInputs, new Dictionary<string, Tensor?> { [TrainingGraph.LossName] = null }, problem.Differentiated);
        return problem.Forward.Outputs.Zip(outputs, (v, t) => (v.Name, t))
            .Concat(problem.Differentiated.Zip(gradients, (name, t) => (Name: ParityProblem.GradientOf(name), t)))
            .ToDictionary(p => p.Item1, p => p.Item2);
    }
}
