using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>
/// What batch normalisation of all ranks shares (Ioffe and Szegedy 2015): each channel of [N, C, spatial...] is shifted and scaled to mean 0 and
/// variance 1 of the running statistics (in training: of the batch), then by a learned scale and shift.
/// </summary>
/// <remarks>
/// Names, initial values and momentum are PyTorch's: <c>momentum</c> weights the new value. ONNX's weights the old one, so it gets the complement.
/// </remarks>
public abstract class BatchNorm : Module
{
    private readonly int _rank;
    private readonly float _epsilon;
    private readonly float _momentum;
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly Parameter _mean;
    private readonly Parameter _variance;

    private protected BatchNorm(int rank, int channels, float epsilon, float momentum, Initialization? weight)
    {
        _rank = rank;
        _epsilon = epsilon;
        _momentum = momentum;
        _weight = AddParameter("weight", [channels], weight ?? Initialization.Ones);
        _bias = AddParameter("bias", [channels], Initialization.Zeros);
        _mean = AddParameter("running_mean", [channels], Initialization.Zeros, InitializerRole.State);
        _variance = AddParameter("running_var", [channels], Initialization.Ones, InitializerRole.State);
    }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        if (x.Shape is { } shape && shape.Rank != _rank && !(_rank == 3 && shape.Rank == 2))
            throw new Errors.ShapeException($"{Path} ({GetType().Name})", $"the input {shape} has rank {shape.Rank}, rank {_rank} is expected.");
        return x.BatchNormalization(_weight.In(x), _bias.In(x), _mean.In(x), _variance.In(x), _epsilon, 1 - _momentum, Path);
    }
}

/// <summary>Batch normalisation of [N, C] or [N, C, L].</summary>
/// <param name="channels">C.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a batch's statistics in the running ones.</param>
/// <param name="weight">How the scales start; null takes ones.</param>
public sealed class BatchNorm1d(int channels, float epsilon = 1e-5f, float momentum = 0.1f, Initialization? weight = null)
    : BatchNorm(3, channels, epsilon, momentum, weight);

/// <summary>Batch normalisation of [N, C, H, W].</summary>
/// <param name="channels">C.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a batch's statistics in the running ones.</param>
/// <param name="weight">How the scales start; null takes ones.</param>
public sealed class BatchNorm2d(int channels, float epsilon = 1e-5f, float momentum = 0.1f, Initialization? weight = null)
    : BatchNorm(4, channels, epsilon, momentum, weight);

/// <summary>Batch normalisation of [N, C, D, H, W].</summary>
/// <param name="channels">C.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The weight of a batch's statistics in the running ones.</param>
/// <param name="weight">How the scales start; null takes ones.</param>
public sealed class BatchNorm3d(int channels, float epsilon = 1e-5f, float momentum = 0.1f, Initialization? weight = null)
    : BatchNorm(5, channels, epsilon, momentum, weight);
