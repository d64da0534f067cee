using Framework.Graphs;
using Framework.Models;

namespace Validation.Tests.Parity;

/// <summary>Networks of the catalogue at full depth, narrow, over images as small as leaves every batch normalisation several values a channel.</summary>
internal static class ReducedNetwork
{
    private const int Classes = 5;

    /// <summary>The network with the weights of the first seed, its auxiliary heads included.</summary>
    public static Graph Of(string name)
    {
        var module = ModelCatalog.Create(name, new ModelOptions { Classes = Classes, Width = WidthOf(name) }).Initialize(seed: 1);
        return SideOf(name) is { } side ? module.TraceAll(["N", 3, side, side], name: name) : module.TraceAll(name: name);
    }

    // The compact GoogLeNet has one width only, and so has what is small already.
    private static double WidthOf(string name) => name switch
    {
        "course-googlenet" or "softmax" or "xo" or "lenet5" => 1,
        "textcnn" => 1.0 / 16,
        _ => name.EndsWith("-cifar", StringComparison.Ordinal) ? 1.0 / 4 : 1.0 / 16,
    };

    // Null where the fully connected layers, or GoogLeNet's heads, take one size only.
    private static int? SideOf(string name) => name switch
    {
        "softmax" or "xo" or "lenet5" or "textcnn" or "alexnet" or "alexnet-grouped" or "zfnet" or "course-vgg" or "googlenet" or "course-googlenet" or "course-resnet" => null,
        _ => name.EndsWith("-cifar", StringComparison.Ordinal) ? 16 : 64,
    };
}
