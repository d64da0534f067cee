using Framework.Graphs;
using Framework.Models;

namespace Framework.Tests.Models;

/// <summary>The number of layers in a network's name: those with weights on the longest way through it.</summary>
public sealed class DepthTests
{
    [Theory]
    [InlineData("alexnet", 8)]
    [InlineData("alexnet-tv", 8)]
    [InlineData("zfnet", 8)]
    [InlineData("vgg11", 11)]
    [InlineData("vgg11-lrn", 11)]
    [InlineData("vgg13", 13)]
    [InlineData("vgg16c", 16)]
    [InlineData("vgg16", 16)]
    [InlineData("vgg19-bn", 19)]
    [InlineData("googlenet", 22)]
    [InlineData("resnet18", 18)]
    [InlineData("resnet34", 34)]
    [InlineData("resnet50", 50)]
    [InlineData("resnet50-v1", 50)]
    [InlineData("resnet101", 101)]
    [InlineData("resnet152", 152)]
    [InlineData("plain34", 34)]
    [InlineData("resnet20-cifar", 20)]
    [InlineData("plain56-cifar", 56)]
    [InlineData("resnet1202-cifar", 1202)]
    [InlineData("densenet121", 121)]
    [InlineData("densenet161", 161)]
    [InlineData("densenet169", 169)]
    [InlineData("densenet201", 201)]
    public void Is_that_of_the_longest_way_through(string name, int layers)
    {
        var graph = ModelCatalog.Create(name).Trace();

        var depths = new Dictionary<Value, int>();
        foreach (var node in graph.Nodes)
        {
            int before = node.Inputs.OfType<Value>().Select(v => depths.GetValueOrDefault(v)).Max();
            foreach (var output in node.Outputs.OfType<Value>()) depths[output] = before + (node.Operator.Name is "Conv" or "Gemm" ? 1 : 0);
        }

        depths[graph.Outputs[0]].Should().Be(layers);
    }
}
