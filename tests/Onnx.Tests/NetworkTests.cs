using Framework.Models;

namespace Onnx.Tests;

/// <summary>The networks that have names, at full depth and reduced width, through a file.</summary>
public sealed class NetworkTests
{
    public static TheoryData<string> Names => [.. ModelCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_comes_back_as_it_was_and_as_trainable(string name)
    {
        var graph = ModelCatalog.Create(name, new ModelOptions { Width = name == "course-googlenet" ? 1 : 1.0 / 16 }).TraceAll();

        var back = OnnxModel.Parse(OnnxModel.Serialize(graph));

        back.ToString().Should().Be(graph.ToString());
        back.Initializers.Select(i => (i.Name, i.Role)).Should().Equal(graph.Initializers.Select(i => (i.Name, i.Role)));
    }
}
