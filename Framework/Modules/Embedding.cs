using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>Vectors of words by their numbers: 64-bit integers [N, T] to [N, T, <c>size</c>].</summary>
public sealed class Embedding : Module
{
    /// <summary>Makes the table.</summary>
    /// <param name="words">The number of words.</param>
    /// <param name="size">Entries of a vector.</param>
    /// <param name="initialization">How the vectors start; null takes normal numbers of deviation 1.</param>
    public Embedding(int words, int size, Initialization? initialization = null) =>
        Weight = AddParameter("weight", [words, size], initialization ?? Initialization.Gaussian(1));

    /// <summary>The vectors, [words, size].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override Value Forward(Value x) => x.Owner.Apply(Gather.Instance, [Weight.In(x), x], new Attributes { ["axis"] = 0 }, Path);
}
