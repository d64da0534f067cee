using System.IO.Compression;
using Framework.Models;

namespace Framework.Tests.Models;

/// <summary>
/// Names and shapes against those of torchvision 0.14, which <c>eng/torchvision-parameters.py</c> wrote down; all but <c>num_batches_tracked</c>,
/// which counts steps.
/// </summary>
public sealed class TorchvisionParametersTests
{
    private static readonly Dictionary<string, List<string>> s_torchvision = Read();

    public static TheoryData<string> Names => [.. s_torchvision.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_has_torchvision_s_parameters_by_name_and_shape_and_in_its_order(string name)
    {
        var parameters = ModelCatalog.Create(name).Parameters().Select(p => $"{p.Name} {p.Shape}");

        parameters.Should().Equal(s_torchvision[name]);
    }

    [Fact]
    public void Every_network_of_torchvision_that_the_catalogue_has_is_compared() => s_torchvision.Keys.Should().HaveCount(19);

    private static Dictionary<string, List<string>> Read()
    {
        using var stream = typeof(TorchvisionParametersTests).Assembly.GetManifestResourceStream("torchvision-parameters.txt.gz")!;
        using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress));
        var networks = new Dictionary<string, List<string>>();
        List<string>? network = null;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith(' ')) network!.Add(line.Trim());
            else networks.Add(line, network = []);
        }

        return networks;
    }
}
