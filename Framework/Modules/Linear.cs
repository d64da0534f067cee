using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>A fully connected layer, [N, <c>inFeatures</c>] to [N, <c>outFeatures</c>]: <c>x W' + b</c>.</summary>
public sealed class Linear : Module
{
    private readonly Parameter? _bias;

    /// <summary>Makes the layer.</summary>
    /// <param name="inFeatures">Entries of an input row.</param>
    /// <param name="outFeatures">Entries of an output row.</param>
    /// <param name="bias">Whether each output has a bias.</param>
    /// <param name="initialization">How the weights start; null takes <see cref="Initialization.He"/>.</param>
    public Linear(int inFeatures, int outFeatures, bool bias = true, Initialization? initialization = null)
    {
        Weight = AddParameter("weight", [outFeatures, inFeatures], initialization ?? Initialization.He);
        if (bias) _bias = AddParameter("bias", [outFeatures], Initialization.Zeros);
    }

    /// <summary>The weights, [outFeatures, inFeatures].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override Value Forward(Value x) => x.Gemm(Weight.In(x), _bias?.In(x), transB: true, name: Path);
}
