using Framework.Data.Idx;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data.Idx;

public sealed class IdxFileTests : IDisposable
{
    private const int SmallAllocation = 1 << 20; // far below what the lying headers here declare

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<ElementType> ElementTypes =>
        [ElementType.UInt8, ElementType.Int8, ElementType.Int16, ElementType.Int32, ElementType.Float32, ElementType.Float64];

    [Theory]
    [MemberData(nameof(ElementTypes))]
    public void What_is_written_is_read_again(ElementType type)
    {
        var tensor = Tensor.From([1.0, 2.0, 3.0, -4.0, 5.0, 126.0], [3, 1, 2]).To(type);
        foreach (bool packed in new[] { false, true })
        {
            var read = IdxFile.Read(_folder.WriteIdx("a.idx", tensor, packed));
            read.ElementType.Should().Be(type);
            read.Shape.Should().Equal(tensor.Shape);
            read.AsBytes().ToArray().Should().Equal(tensor.AsBytes().ToArray());
        }
    }

    [Fact]
    public void Bytes_stand_where_the_format_says()
    {
        TemporaryFolder.IdxBytes(Tensor.From<short>([1, -2, 258], [3, 1])).Should().Equal(
            0, 0, 0x0B, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0x00, 0x01, 0xFF, 0xFE, 0x01, 0x02);
        IdxFile.Read(_folder.Write("a", [0, 0, 0x0D, 1, 0, 0, 0, 1, 0xC0, 0x20, 0, 0])).AsSpan<float>().ToArray().Should().Equal(-2.5f);
        IdxFile.Read(_folder.Write("a", [0, 0, 0x0E, 1, 0, 0, 0, 1, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0])).AsSpan<double>().ToArray().Should().Equal(1.5);
        IdxFile.Read(_folder.Write("a", [0, 0, 0x0C, 1, 0, 0, 0, 1, 0, 1, 0, 2])).AsSpan<int>().ToArray().Should().Equal(65538);
    }

    [Fact]
    public void Gzip_is_told_by_its_content_not_by_its_name()
    {
        var tensor = Tensor.From<byte>([7, 8, 9], [3]);
        IdxFile.Read(_folder.WriteIdx("packed-without-saying-so", tensor, packed: true)).AsSpan<byte>().ToArray().Should().Equal(7, 8, 9);
        IdxFile.Read(_folder.WriteIdx("plain.gz", tensor)).AsSpan<byte>().ToArray().Should().Equal(7, 8, 9);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_truncation_is_refused(bool packed)
    {
        byte[] whole = TemporaryFolder.IdxBytes(Tensor.From<short>([1, 2, 3, 4, 5, 6], [2, 3]));
        if (packed) whole = TemporaryFolder.Gzip(whole);
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _folder.Write("cut", whole.AsSpan(0, length));
            var read = () => IdxFile.Read(path);
            read.Should().Throw<DataFormatException>($"only {length} of {whole.Length} bytes are there")
                .Which.Message.Should().StartWith($"{path}: byte ").And.NotContain("\n");
        }
    }

    [Fact]
    public void The_place_of_a_truncation_is_named()
    {
        byte[] whole = TemporaryFolder.IdxBytes(Tensor.From<byte>([1, 2, 3, 4], [4]));
        var read = () => IdxFile.Read(_folder.Write("cut", whole.AsSpan(0, 10)));
        read.Should().Throw<DataFormatException>().WithMessage("*cut: byte 10: the file ends, but the header's [4] needs 12 bytes.*");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_byte_too_many_is_refused(bool packed)
    {
        byte[] longer = [.. TemporaryFolder.IdxBytes(Tensor.From<byte>([1, 2, 3, 4], [4])), 0];
        var read = () => IdxFile.Read(_folder.Write("long", packed ? TemporaryFolder.Gzip(longer) : longer));
        read.Should().Throw<DataFormatException>().WithMessage("*long: byte 12: the file goes on*");
    }

    [Fact]
    public void Any_byte_may_be_wrong_and_nothing_but_our_own_error_comes_of_it()
    {
        byte[] good = TemporaryFolder.IdxBytes(Tensor.From<byte>([1, 2], [1, 2]));
        for (int place = 0; place < good.Length; place++)
        {
            foreach (byte value in (ReadOnlySpan<byte>)[0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 0x1F, 0x7F, 0x80, 0xFF])
            {
                byte[] bad = [.. good];
                bad[place] = value;
                string path = _folder.Write("bad", bad);
                var error = Record.Exception(() => IdxFile.Read(path));
                if (bad.SequenceEqual(good) || place >= 12) error.Should().BeNull();
                else if (error is not null) error.Should().BeOfType<DataFormatException>();
                else place.Should().Be(2, "only another type of the same size still fits the file");
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 8, 1, 0, 0, 0, 0 }, "byte 0")]
    [InlineData(new byte[] { 0x89, 0x50, 0x4E, 0x47 }, "another kind of file")]
    [InlineData(new byte[] { 0, 0, 0x0A, 1, 0, 0, 0, 0 }, "byte 2: 0A")]
    [InlineData(new byte[] { 0, 0, 8, 0 }, "byte 3")]
    [InlineData(new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 0x80, 0, 0, 0 }, "byte 8: dimension 1 of 2147483648")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0 }, "byte 8: dimension 1 of 65536")]
    [InlineData(new byte[] { 0, 0, 0x0E, 1, 0x10, 0, 0, 0 }, "byte 4: dimension 0 of 268435456")]
    public void A_wrong_header_is_refused_with_its_place(byte[] file, string place)
    {
        var read = () => IdxFile.Read(_folder.Write("wrong", file));
        read.Should().Throw<DataFormatException>().WithMessage($"*wrong: *{place}*");
    }

    [Fact]
    public void An_empty_array_is_an_array() =>
        IdxFile.Read(_folder.WriteIdx("none", new Tensor(ElementType.UInt8, [0, 28, 28]))).Shape.Should().Equal(0, 28, 28);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_header_that_lies_takes_no_memory(bool packed)
    {
        byte[] lie = [0, 0, 8, 1, 0x3F, 0, 0, 0, 1, 2, 3];
        string path = _folder.Write("lie", packed ? TemporaryFolder.Gzip(lie) : lie);
        AllocatedBy(() => IdxFile.Read(path)).Should().BeLessThan(SmallAllocation);
    }

    [Fact]
    public void A_gzip_bomb_is_left_unpacked_after_what_its_header_declares()
    {
        var content = new byte[64 << 20];
        byte[] header = [0, 0, 8, 1, 0, 0, 0, 10];
        header.CopyTo(content, 0);
        string path = _folder.Write("bomb", TemporaryFolder.Gzip(content));
        AllocatedBy(() => IdxFile.Read(path)).Should().BeLessThan(SmallAllocation);
    }

    [Fact]
    public void A_gzip_bomb_whose_header_agrees_is_refused_before_it_is_unpacked()
    {
        string path = _folder.Write("bomb", TemporaryFolder.Gzip([0, 0, 8, 2, 0, 0, 0x80, 0, 0, 0, 0x80, 1, 0, 0]));
        var read = () => IdxFile.Read(path);
        read.Should().Throw<DataFormatException>().WithMessage($"*bomb: *{32768L * 32769} bytes*{IdxFile.MaxUnpackedBytes}*gunzip*");
    }

    [Fact]
    public void Damage_inside_gzip_is_refused_or_did_no_harm()
    {
        var noise = new byte[500];
        new Random(1).NextBytes(noise);
        byte[] packed = TemporaryFolder.Gzip(TemporaryFolder.IdxBytes(Tensor.From(noise, [500])));
        int refused = 0;
        for (int place = 0; place < packed.Length; place++)
        {
            byte[] damaged = [.. packed];
            damaged[place] ^= 0x10;
            string path = _folder.Write("damaged", damaged);
            try
            {
                IdxFile.Read(path).AsSpan<byte>().SequenceEqual(noise).Should().BeTrue($"byte {place} is damaged, and nobody said so");
            }
            catch (DataFormatException error)
            {
                error.Message.Should().StartWith(path);
                refused++;
            }
        }

        const int Unchecked = 16; // gzip's header holds a date and the like, deflate's some padding
        refused.Should().BeGreaterThanOrEqualTo(packed.Length - Unchecked);
    }

    [Fact]
    public void Several_gzip_members_are_one_content_and_what_follows_them_is_refused()
    {
        byte[] whole = TemporaryFolder.IdxBytes(Tensor.From<byte>([1, 2, 3], [3]));
        byte[] members = [.. TemporaryFolder.Gzip(whole.AsSpan(0, 5)), .. TemporaryFolder.Gzip(whole.AsSpan(5))];
        IdxFile.Read(_folder.Write("members", members)).AsSpan<byte>().ToArray().Should().Equal(1, 2, 3);
        var read = () => IdxFile.Read(_folder.Write("followed", [.. members, 1, 2, 3, 4]));
        read.Should().Throw<DataFormatException>().WithMessage("*followed: *the gzip packing does not end where the file ends.*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(40)]
    public void Packed_content_shorter_than_declared_is_refused_with_its_place(int missing)
    {
        byte[] whole = TemporaryFolder.IdxBytes(new Tensor(ElementType.UInt8, [50]));
        var read = () => IdxFile.Read(_folder.Write("short", TemporaryFolder.Gzip(whole.AsSpan(0, whole.Length - missing))));
        read.Should().Throw<DataFormatException>().WithMessage($"*short: byte {58 - missing}: the file ends*needs 58 bytes.*");
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_errors_of_ours()
    {
        var missing = () => IdxFile.Read(_folder["none"]);
        missing.Should().Throw<UsageException>().WithMessage("*none: there is no such file.");
        var folder = () => IdxFile.Read(_folder.Root);
        folder.Should().Throw<DataFormatException>().WithMessage($"{_folder.Root}: cannot be read*");
    }

    [Fact]
    public void Writing_refuses_what_the_format_lacks_and_leaves_nothing_behind()
    {
        var wrongType = () => IdxFile.Write(_folder["a"], new Tensor(ElementType.Int64, [2]));
        var scalar = () => IdxFile.Write(_folder["a"], Tensor.Scalar(1f));
        wrongType.Should().Throw<ArgumentException>();
        scalar.Should().Throw<ArgumentException>();
        _folder.Names().Should().BeEmpty();

        IdxFile.Write(_folder["a"], Tensor.From<byte>([1], [1]));
        IdxFile.Write(_folder["a"], Tensor.From<byte>([2, 3], [2]));
        _folder.Names().Should().Equal("a");
        IdxFile.Read(_folder["a"]).AsSpan<byte>().ToArray().Should().Equal(2, 3);
    }

    private static long AllocatedBy(Action read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        read.Should().Throw<DataFormatException>();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
