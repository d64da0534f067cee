using Framework.Errors;
using Framework.Modules;
using Framework.Tensors;

namespace Framework.Models;

/// <summary>What can be chosen of a network that has a name.</summary>
public sealed record ModelOptions
{
    /// <summary>The number of classes; null takes the network's own.</summary>
    public int? Classes { get; init; }

    /// <summary>Words that have numbers, for networks that read; null takes the network's own.</summary>
    public int? Words { get; init; }

    /// <summary>
    /// Channels, height and width of an image, or for networks that read the words of a sentence, where a network takes any; null takes the network's
    /// own.
    /// </summary>
    public Shape? Image { get; init; }

    /// <summary>A factor for the number of channels, for networks that have many: the same depth at less cost.</summary>
    public double Width { get; init; } = 1;

    /// <summary>A number of channels or units that the width multiplies.</summary>
    internal int Scaled(int channels) => Channels.Scaled(channels, Width);
}

/// <summary>A network that has a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Description">What it is, in a line.</param>
/// <param name="Create">Makes it.</param>
public sealed record ModelEntry(string Name, string Description, Func<ModelOptions, Module> Create);

/// <summary>The networks that have names: the explicit list.</summary>
public static class ModelCatalog
{
    private static readonly int[] s_cifarDepths = [20, 32, 44, 56, 110, 1202];

    /// <summary>All networks.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        new("softmax", "softmax regression on the pixels", o => new SoftmaxRegression(o.Image, o.Classes ?? 10)),
        new("xo", "X or O on 9 x 9 images: three features that vote", o => new XOrO(o.Classes ?? 2)),
        new("lenet5", "LeNet-5 (LeCun et al. 1998)", o => new LeNet5(o.Classes ?? 10)),
        new("textcnn", "sentence classifier over word vectors (Kim 2014)", o => new TextCnn(
            o.Words ?? o.Scaled(20_000), o.Classes ?? 2, o.Scaled(300), o.Scaled(100), length: o.Image is { Rank: 1 } words ? words[0] : TextCnn.UsualLength)),

        new("alexnet", "AlexNet (Krizhevsky et al. 2012), 227 x 227", o => new AlexNet(o.Classes ?? 1000, width: o.Width)),
        new("alexnet-grouped", "AlexNet with the two groups of channels of 2012", o => new AlexNet(o.Classes ?? 1000, grouped: true, o.Width)),
        new("alexnet-tv", "AlexNet in torchvision's form", o => new AlexNetTorchvision(o.Classes ?? 1000, o.Width)),
        new("zfnet", "ZFNet (Zeiler and Fergus 2013)", o => new ZFNet(o.Classes ?? 1000, o.Width)),

        .. Vggs("vgg11", "VGG A", VggForm.A), .. Vggs("vgg11-lrn", "VGG A-LRN", VggForm.ALrn), .. Vggs("vgg13", "VGG B", VggForm.B),
        .. Vggs("vgg16c", "VGG C", VggForm.C), .. Vggs("vgg16", "VGG D", VggForm.D), .. Vggs("vgg19", "VGG E", VggForm.E),

        new("googlenet", "GoogLeNet (Szegedy et al. 2014), two auxiliary heads", o => new GoogLeNet(o.Classes ?? 1000, width: o.Width)),
        new("googlenet-tv", "GoogLeNet in torchvision's form", o => new GoogLeNet(o.Classes ?? 1000, torchvision: true, o.Width)),

        ImageNetResNet(18), ImageNetResNet(34), ImageNetResNet(50), ImageNetResNet(101), ImageNetResNet(152),
        new("resnet50-v1", "ResNet-50 with the paper's stride in the 1x1", o => new ResNet(50, ResNetBlock.BottleneckV1, o.Classes ?? 1000, o.Width)),
        new("plain18", "ResNet-18 without shortcuts", o => new ResNet(18, ResNetBlock.Plain, o.Classes ?? 1000, o.Width)),
        new("plain34", "ResNet-34 without shortcuts", o => new ResNet(34, ResNetBlock.Plain, o.Classes ?? 1000, o.Width)),
        .. s_cifarDepths.Select(depth => Cifar(depth, shortcuts: true)),
        .. s_cifarDepths.Where(depth => depth <= 56).Select(depth => Cifar(depth, shortcuts: false)),

        Dense(121), Dense(161), Dense(169), Dense(201),

        new("course-vgg", "compact VGG for two classes", o => new CourseVgg(o.Scaled(64), o.Classes ?? 2)),
        new("course-googlenet", "compact GoogLeNet for two classes; one width only", o => new CourseGoogLeNet(o.Scaled(64), o.Classes ?? 2)),
        new("course-resnet", "compact ResNet of bottlenecks for two classes", o => new CourseResNet(o.Scaled(64), o.Classes ?? 2)),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(m => m.Name)];

    /// <summary>Makes a network.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">What was chosen.</param>
    /// <exception cref="UsageException">No network has this name, or it cannot be had so.</exception>
    public static Module Create(string name, ModelOptions? options = null)
    {
        var entry = All.FirstOrDefault(m => m.Name == name)
            ?? throw new UsageException($"model {name}", "is unknown.", $"Known are: {string.Join(", ", Names)}.");
        return entry.Create(options ?? new ModelOptions());
    }

    private static ModelEntry[] Vggs(string name, string description, VggForm form) =>
    [
        new(name, $"{description} (Simonyan and Zisserman 2014)", o => new Vgg(form, o.Classes ?? 1000, width: o.Width)),
        new($"{name}-bn", $"{description} with batch normalisation", o => new Vgg(form, o.Classes ?? 1000, batchNorm: true, o.Width)),
    ];

    private static ModelEntry ImageNetResNet(int depth) =>
        new($"resnet{depth}", $"ResNet-{depth} (He et al. 2015)", o => new ResNet(depth, classes: o.Classes ?? 1000, width: o.Width));

    private static ModelEntry Cifar(int depth, bool shortcuts) => new(
        $"{(shortcuts ? "resnet" : "plain")}{depth}-cifar",
        $"{(shortcuts ? "residual" : "plain")} network of {depth} layers for 32 x 32 images (He et al. 2015)",
        o => new CifarResNet(depth, o.Classes ?? 10, shortcuts, o.Width));

    private static ModelEntry Dense(int depth) =>
        new($"densenet{depth}", $"DenseNet-{depth} (Huang et al. 2016)", o => new DenseNet(depth, o.Classes ?? 1000, o.Width));
}
