using System.Globalization;
using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>The columns of table 1 of Simonyan and Zisserman 2014.</summary>
public enum VggForm
{
    /// <summary>11 layers.</summary>
    A,

    /// <summary>11 layers, with local response normalisation after the first.</summary>
    ALrn,

    /// <summary>13 layers.</summary>
    B,

    /// <summary>16 layers, three of them of 1x1 filters.</summary>
    C,

    /// <summary>16 layers.</summary>
    D,

    /// <summary>19 layers.</summary>
    E,
}

/// <summary>VGG (Simonyan and Zisserman 2014) for 224 x 224 colour images, with torchvision's parameter names.</summary>
public sealed class Vgg : Module
{
    private readonly Sequential _features;
    private readonly AdaptiveAvgPool2d _avgpool;
    private readonly Sequential _classifier;

    /// <summary>Makes the network.</summary>
    /// <param name="form">The column of the paper's table.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="batchNorm">Whether each convolution is followed by batch normalisation (not in the paper).</param>
    /// <param name="width">A factor for the number of channels.</param>
    public Vgg(VggForm form, int classes = 1000, bool batchNorm = false, double width = 1)
    {
        _features = Add("features", Features(form, batchNorm, width, out int channels));
        _avgpool = Add("avgpool", new AdaptiveAvgPool2d(7));
        int hidden = Channels.Scaled(4096, width);
        _classifier = Add("classifier", new Sequential
        {
            new Linear(channels * 7 * 7, hidden),
            new ReLU(),
            new Dropout(),
            new Linear(hidden, hidden),
            new ReLU(),
            new Dropout(),
            new Linear(hidden, classes),
        });
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 224, 224];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _avgpool.Forward(_features.Forward(x));
        return _classifier.Forward(x.Flatten());
    }

    private static Sequential Features(VggForm form, bool batchNorm, double width, out int channels)
    {
        var features = new Sequential();
        channels = 3;
        foreach (string layer in Table(form).Split(' '))
        {
            if (layer == "pool") features.Add(new MaxPool2d(2));
            else if (layer == "norm") features.Add(new LocalResponseNorm());
            else channels = AddConvolution(features, layer, channels, batchNorm, width);
        }

        return features;
    }

    private static int AddConvolution(Sequential features, string layer, int channels, bool batchNorm, double width)
    {
        bool pointwise = layer.EndsWith("x1", StringComparison.Ordinal);
        int filters = Channels.Scaled(int.Parse(pointwise ? layer[..^2] : layer, CultureInfo.InvariantCulture), width);
        features.Add(pointwise ? new Conv2d(channels, filters, kernel: 1) : new Conv2d(channels, filters, kernel: 3, padding: 1));
        if (batchNorm) features.Add(new BatchNorm2d(filters));
        features.Add(new ReLU());
        return filters;
    }

    // Filters of 3x3; "x1" marks filters of 1x1.
    private static string Table(VggForm form) => form switch
    {
        VggForm.A => "64 pool 128 pool 256 256 pool 512 512 pool 512 512 pool",
        VggForm.ALrn => "64 norm pool 128 pool 256 256 pool 512 512 pool 512 512 pool",
        VggForm.B => "64 64 pool 128 128 pool 256 256 pool 512 512 pool 512 512 pool",
        VggForm.C => "64 64 pool 128 128 pool 256 256 256x1 pool 512 512 512x1 pool 512 512 512x1 pool",
        VggForm.D => "64 64 pool 128 128 pool 256 256 256 pool 512 512 512 pool 512 512 512 pool",
        VggForm.E => "64 64 pool 128 128 pool 256 256 256 256 pool 512 512 512 512 pool 512 512 512 512 pool",
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };
}
