using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>The numbers of filters of an inception module, as in table 1 of Szegedy et al. 2014.</summary>
/// <param name="Ones">1x1 beside the others.</param>
/// <param name="ThreesReduced">1x1 before the 3x3.</param>
/// <param name="Threes">3x3.</param>
/// <param name="FivesReduced">1x1 before the 5x5.</param>
/// <param name="Fives">5x5.</param>
/// <param name="PoolReduced">1x1 behind the pool.</param>
public readonly record struct InceptionFilters(int Ones, int ThreesReduced, int Threes, int FivesReduced, int Fives, int PoolReduced)
{
    /// <summary>Channels of the module's output.</summary>
    public int Sum => Ones + Threes + Fives + PoolReduced;

    /// <summary>The same module narrower or wider.</summary>
    public InceptionFilters Scaled(double width) => new(
        Channels.Scaled(Ones, width), Channels.Scaled(ThreesReduced, width), Channels.Scaled(Threes, width),
        Channels.Scaled(FivesReduced, width), Channels.Scaled(Fives, width), Channels.Scaled(PoolReduced, width));
}

/// <summary>A convolution, batch normalisation where it is asked for, ReLU.</summary>
public sealed class ConvolutionUnit : Module
{
    private readonly Conv2d _conv;
    private readonly BatchNorm2d? _bn;

    /// <summary>Makes the unit.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernel">Height and width of a filter.</param>
    /// <param name="stride">Step of the window.</param>
    /// <param name="padding">Zeros put around the image, on each side.</param>
    /// <param name="batchNorm">Whether channels are normalised, in place of a bias; epsilon is torchvision's 0.001.</param>
    public ConvolutionUnit(int inChannels, int outChannels, Extent2d kernel, int stride = 1, int padding = 0, bool batchNorm = false)
    {
        _conv = Add("conv", new Conv2d(inChannels, outChannels, kernel, stride, padding, bias: !batchNorm));
        _bn = batchNorm ? Add("bn", new BatchNorm2d(outChannels, epsilon: 1e-3f)) : null;
    }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _conv.Forward(x);
        return (_bn?.Forward(x) ?? x).Relu();
    }
}

/// <summary>
/// The inception module in its reduced form (Szegedy et al. 2014, figure 2b): 1x1; 1x1 then 3x3; 1x1 then 5x5; a 3x3 pool then 1x1; side by side in
/// the channels.
/// </summary>
public sealed class Inception : Module
{
    private readonly ConvolutionUnit _branch1;
    private readonly Sequential _branch2;
    private readonly Sequential _branch3;
    private readonly Sequential _branch4;

    /// <summary>Makes the module.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="filters">Numbers of filters.</param>
    /// <param name="batchNorm">Whether each convolution is followed by batch normalisation.</param>
    /// <param name="fives">
    /// Height and width of the filters of the third branch; torchvision's are 3, by an old mistake that its weights depend on.
    /// </param>
    public Inception(int inChannels, InceptionFilters filters, bool batchNorm = false, int fives = 5)
    {
        _branch1 = Add("branch1", new ConvolutionUnit(inChannels, filters.Ones, kernel: 1, batchNorm: batchNorm));
        _branch2 = Add("branch2", new Sequential
        {
            new ConvolutionUnit(inChannels, filters.ThreesReduced, kernel: 1, batchNorm: batchNorm),
            new ConvolutionUnit(filters.ThreesReduced, filters.Threes, kernel: 3, padding: 1, batchNorm: batchNorm),
        });
        _branch3 = Add("branch3", new Sequential
        {
            new ConvolutionUnit(inChannels, filters.FivesReduced, kernel: 1, batchNorm: batchNorm),
            new ConvolutionUnit(filters.FivesReduced, filters.Fives, kernel: fives, padding: fives / 2, batchNorm: batchNorm),
        });
        _branch4 = Add("branch4", new Sequential
        {
            new MaxPool2d(3, stride: 1, padding: 1),
            new ConvolutionUnit(inChannels, filters.PoolReduced, kernel: 1, batchNorm: batchNorm),
        });
    }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        Value[] branches = [_branch1.Forward(x), _branch2.Forward(x), _branch3.Forward(x), _branch4.Forward(x)];
        return branches.Concat(axis: 1, Path);
    }
}

/// <summary>
/// The inception module in its naive form (Szegedy et al. 2014, figure 2a): 1x1, 3x3, 5x5 and a 3x3 pool, side by side in the channels.
/// </summary>
public sealed class NaiveInception : Module
{
    private readonly ConvolutionUnit _branch1;
    private readonly ConvolutionUnit _branch2;
    private readonly ConvolutionUnit _branch3;
    private readonly MaxPool2d _branch4;

    /// <summary>Makes the module.</summary>
    /// <param name="inChannels">Channels of the input, which the pool passes on.</param>
    /// <param name="ones">1x1 filters.</param>
    /// <param name="threes">3x3 filters.</param>
    /// <param name="fives">5x5 filters.</param>
    public NaiveInception(int inChannels, int ones, int threes, int fives)
    {
        _branch1 = Add("branch1", new ConvolutionUnit(inChannels, ones, kernel: 1));
        _branch2 = Add("branch2", new ConvolutionUnit(inChannels, threes, kernel: 3, padding: 1));
        _branch3 = Add("branch3", new ConvolutionUnit(inChannels, fives, kernel: 5, padding: 2));
        _branch4 = Add("branch4", new MaxPool2d(3, stride: 1, padding: 1));
    }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        Value[] branches = [_branch1.Forward(x), _branch2.Forward(x), _branch3.Forward(x), _branch4.Forward(x)];
        return branches.Concat(axis: 1, Path);
    }
}
