using Framework.Data;
using Framework.Data.Sources;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data.Sources;

public sealed class DataSetsTests : IDisposable
{
    private const float HalfLastDigit = 0.00005f; // statistics are published with four digits

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Digits_are_always_there()
    {
        var cache = new DataCache(_folder["none"]);
        DataSets.Find("digits").IsPresent(cache).Should().BeTrue();
        DataSets.Open("digits", DataSplit.Train, new DataOptions { Cache = cache }).Should().BeSameAs(Digits.Train);
        DataSets.Open("digits", DataSplit.Test, new DataOptions { Cache = cache }).Should().BeSameAs(Digits.Test);
        DataSets.Find("digits").Fetch(cache);
        Directory.Exists(cache.Root).Should().BeFalse();
    }

    [Theory]
    [InlineData("mnist")]
    [InlineData("fashion-mnist")]
    public void What_was_not_fetched_is_an_error_that_names_the_command(string name)
    {
        var cache = new DataCache(_folder["none"]);
        DataSets.Find(name).IsPresent(cache).Should().BeFalse();
        var open = () => DataSets.Open(name, DataSplit.Test, new DataOptions { Cache = cache });
        open.Should().Throw<UsageException>().WithMessage($"data set {name}: has not been fetched*Run: cnn data fetch {name}");
    }

    [Fact]
    public void An_unknown_name_is_an_error_that_names_the_known_ones()
    {
        var open = () => DataSets.Open("mnits", DataSplit.Test);
        var find = () => DataSets.Find("mnits");
        open.Should().Throw<UsageException>().WithMessage("data set mnits: *digits, mnist, fashion-mnist, xo, opinions.");
        find.Should().Throw<UsageException>().WithMessage("data set mnits: *digits, mnist, fashion-mnist, xo, opinions.");
    }

    [Fact]
    public void A_folder_of_idx_files_is_a_data_set()
    {
        _folder.WriteIdx("train-labels-idx1-ubyte", Tensor.From<byte>([0, 1], [2]));
        _folder.WriteIdx("train-images-idx3-ubyte", new Tensor(ElementType.UInt8, [2, 4, 5]));
        DataSets.Open(_folder.Root, DataSplit.Train).SampleShape.Should().Equal(1, 4, 5);
    }

    [Fact]
    public void Every_pinned_length_and_checksum_is_well_formed()
    {
        foreach (var source in DataSets.All)
        {
            source.Files.Select(f => f.Name).Should().OnlyHaveUniqueItems();
            foreach (var f in source.Files) (f.Bytes > 0 && f.Sha256.Length == 64 && f.Sha256.All(char.IsAsciiHexDigitLower)).Should().BeTrue(f.Name);
            source.Description.Should().NotContain("\n");
            source.Licence.Should().NotBeEmpty();
            source.Origin.Should().NotContain("://", "the package clients know where their registries are");
        }
    }

    [FetchedFact("mnist")]
    public void MNIST_has_the_published_statistics() => HasPublishedStatistics("mnist");

    [FetchedFact("fashion-mnist")]
    public void Fashion_MNIST_has_the_published_statistics() => HasPublishedStatistics("fashion-mnist");

    private static void HasPublishedStatistics(string name)
    {
        var train = DataSets.Open(name, DataSplit.Train);
        train.Count.Should().Be(60_000);
        var computed = ChannelStatistics.Of(train);
        train.Statistics!.Mean[0].Should().BeApproximately(computed.Mean[0], HalfLastDigit);
        train.Statistics!.Deviation[0].Should().BeApproximately(computed.Deviation[0], HalfLastDigit);
        DataSets.Open(name, DataSplit.Test).Count.Should().Be(10_000);
    }
}
