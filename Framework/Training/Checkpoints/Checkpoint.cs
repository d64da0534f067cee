using Framework.Errors;
using Framework.Tensors;

namespace Framework.Training.Checkpoints;

/// <summary>A run at a step: with the same network, options and data it goes on from there, bit for bit as if it had never stopped.</summary>
/// <param name="Progress">How far it has come.</param>
/// <param name="Identity">What must not change where it goes on.</param>
/// <param name="Tensors">Weights and statistics under the network's names, <c>optimizer.STATE.NAME</c>, <c>mean.NAME</c>.</param>
public sealed record Checkpoint(RunProgress Progress, RunIdentity Identity, IReadOnlyDictionary<string, Tensor> Tensors)
{
    /// <summary>Checks that a run can go on from here.</summary>
    /// <exception cref="UsageException">It is another run.</exception>
    internal void CheckFits(RunIdentity identity, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        if (Identity != identity) throw new UsageException("checkpoint", $"is of a run with {Identity}, this one has {identity}.", "Go on with the same options.");
        var own = tensors.ToDictionary(t => t.Name, t => t.Tensor);
        string? odd = own.Keys.FirstOrDefault(n => !Tensors.ContainsKey(n)) ?? Tensors.Keys.FirstOrDefault(n => !own.ContainsKey(n));
        if (odd is not null) throw new UsageException("checkpoint", $"and run do not both have the tensor '{odd}'.", "Go on with the same network and options.");
        foreach (var (name, tensor) in own)
        {
            if (Tensors[name].Shape != tensor.Shape || Tensors[name].ElementType != tensor.ElementType)
                throw new UsageException("checkpoint", $"holds {Tensors[name]} for '{name}', the run has {tensor}.", "Go on with the same network.");
        }
    }
}

/// <summary>What decides a run's numbers beside its tensors, and so must be the same where it goes on.</summary>
/// <param name="Seed">What random numbers are drawn by.</param>
/// <param name="BatchSize">Images in a batch.</param>
/// <param name="Accumulation">Batches in a step.</param>
/// <param name="Optimizer">The optimizer's name.</param>
public sealed record RunIdentity(long Seed, int BatchSize, int Accumulation, string Optimizer)
{
    /// <summary>As in <c>seed 1, batches of 64, Sgd</c>.</summary>
    public override string ToString() => $"seed {Seed}, batches of {BatchSize}{(Accumulation > 1 ? $" x {Accumulation}" : "")}, {Optimizer}";
}
