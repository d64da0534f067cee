using Framework.Errors;
using Framework.Graphs;
using Framework.Modules;
using Framework.Tensors;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// The common pattern <c>[(CONV-RELU) x N - POOL?] x M - (FC-RELU) x K - SOFTMAX</c> as a network. Convolutions are 3x3 and keep the size, pools are
/// 2x2, and each block has twice the filters of the one before. The softmax itself is in the loss.
/// </summary>
public sealed class ConvolutionPattern : Module
{
    private readonly Shape _image;
    private readonly Sequential _features;
    private readonly Sequential _classifier;

    /// <summary>Makes the network.</summary>
    /// <param name="image">Channels, height and width of an image.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="convolutions">N, convolutions in a block.</param>
    /// <param name="blocks">M, blocks.</param>
    /// <param name="hidden">K, fully connected layers before the last.</param>
    /// <param name="pool">Whether a block ends in a pool.</param>
    /// <param name="filters">Filters of each convolution of the first block.</param>
    /// <param name="units">Units of each fully connected layer before the last.</param>
    /// <exception cref="UsageException">A number is out of range, or there are more pools than the image has halves.</exception>
    public ConvolutionPattern(
        Shape image, int classes, int convolutions = 1, int blocks = 2, int hidden = 1, bool pool = true, int filters = 32, int units = 128)
    {
        if (image.Rank != 3) throw new UsageException("pattern", $"an image is [C, H, W], {image} was given.");
        if (convolutions < 1 || blocks < 1 || hidden < 0 || filters < 1 || units < 1)
        {
            throw new UsageException(
                "pattern",
                $"N = {convolutions}, M = {blocks}, K = {hidden}, {filters} filters, {units} units: all must be at least 1, K at least 0.");
        }

        int halves = pool ? blocks : 0;
        var (height, width) = (image[1] >> halves, image[2] >> halves);
        if (height == 0 || width == 0)
            throw new UsageException("pattern", $"after {blocks} pools nothing is left of {image[1]} x {image[2]}.", "Take fewer blocks.");
        _image = image;
        _features = Add("features", new Sequential());
        int channels = image[0];
        for (int block = 0; block < blocks; block++)
        {
            for (int i = 0; i < convolutions; i++)
            {
                _features.Add(new Conv2d(channels, filters << block, kernel: 3, padding: 1));
                _features.Add(new ReLU());
                channels = filters << block;
            }

            if (pool) _features.Add(new MaxPool2d(2));
        }

        _classifier = Add("classifier", new Sequential());
        int inputs = channels * height * width;
        for (int i = 0; i < hidden; i++)
        {
            _classifier.Add(new Linear(inputs, units));
            _classifier.Add(new ReLU());
            inputs = units;
        }

        _classifier.Add(new Linear(inputs, classes, initialization: Initialization.LeCun));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", .. (SymbolicShape)_image];

    /// <inheritdoc/>
    public override Value Forward(Value x) => _classifier.Forward(_features.Forward(x).Flatten());
}
