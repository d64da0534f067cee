using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Modules;

/// <summary>
/// Layer normalisation (Ba, Kiros and Hinton 2016): the last axes of each sample are brought to mean 0 and variance 1, then scaled and shifted
/// element by element.
/// </summary>
public sealed class LayerNorm : Module
{
    private readonly float _epsilon;
    private readonly Parameter _weight;
    private readonly Parameter _bias;

    /// <summary>Makes the layer.</summary>
    /// <param name="shape">Extents of the last axes.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public LayerNorm(Shape shape, float epsilon = 1e-5f)
    {
        _epsilon = epsilon;
        _weight = AddParameter("weight", shape, Initialization.Ones);
        _bias = AddParameter("bias", shape, Initialization.Zeros);
    }

    /// <inheritdoc/>
    public override Value Forward(Value x) => x.LayerNormalization(_weight.In(x), _bias.In(x), axis: -_weight.Shape.Rank, _epsilon, Path);
}

/// <summary>
/// Group normalisation (Wu and He 2018): each group of channels of each image is brought to mean 0 and variance 1, then each channel scaled and
/// shifted.
/// </summary>
public sealed class GroupNorm : Module
{
    private readonly int _groups;
    private readonly float _epsilon;
    private readonly Parameter _weight;
    private readonly Parameter _bias;

    /// <summary>Makes the layer.</summary>
    /// <param name="groups">The number of groups.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public GroupNorm(int groups, int channels, float epsilon = 1e-5f)
    {
        if (groups < 1 || channels % groups != 0)
            throw new Errors.UsageException("GroupNorm", $"{channels} channels do not divide into {groups} groups.");
        _groups = groups;
        _epsilon = epsilon;
        _weight = AddParameter("weight", [channels], Initialization.Ones);
        _bias = AddParameter("bias", [channels], Initialization.Zeros);
    }

    /// <inheritdoc/>
    public override Value Forward(Value x) => x.GroupNormalization(_weight.In(x), _bias.In(x), _groups, _epsilon, Path);
}

/// <summary>
/// Instance normalisation (Ulyanov, Vedaldi and Lempitsky 2016): each channel of each image is brought to mean 0 and variance 1, then scaled and
/// shifted.
/// </summary>
/// <remarks>PyTorch's <c>InstanceNorm2d</c> with <c>affine=True</c>, for any number of spatial axes.</remarks>
public sealed class InstanceNorm : Module
{
    private readonly float _epsilon;
    private readonly Parameter _weight;
    private readonly Parameter _bias;

    /// <summary>Makes the layer.</summary>
    /// <param name="channels">The number of channels.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public InstanceNorm(int channels, float epsilon = 1e-5f)
    {
        _epsilon = epsilon;
        _weight = AddParameter("weight", [channels], Initialization.Ones);
        _bias = AddParameter("bias", [channels], Initialization.Zeros);
    }

    /// <inheritdoc/>
    public override Value Forward(Value x) => x.InstanceNormalization(_weight.In(x), _bias.In(x), _epsilon, Path);
}
