using Framework.Data;
using Framework.Data.Cifar;
using Framework.Data.Sources;
using Framework.Errors;

namespace Framework.Tests.Data.Cifar;

public sealed class CifarFolderTests : IDisposable
{
    private const int Pixels = 3072;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_published_layout_is_read_file_by_file()
    {
        for (int file = 1; file <= 5; file++) _folder.Write($"data_batch_{file}.bin", Records(2, 1, first: 10 * file));
        _folder.Write("test_batch.bin", Records(3, 1, first: 100));
        var train = DataSets.Open(_folder.Root, DataSplit.Train);
        (train.Count, train.SampleShape.ToString(), train.ClassNames[9]).Should().Be((10, "[3,32,32]", "truck"));
        train.Statistics!.Mean.Should().HaveCount(3);
        var sample = new float[Pixels];
        train.Read(3, sample).Should().Be(21 % 10);
        sample.Should().Equal(Enumerable.Range(0, Pixels).Select(i => (byte)(21 + i) / 255f));
        DataSets.Open(_folder.Root, DataSplit.Test).Read(2, sample).Should().Be(2);
    }

    [Fact]
    public void Of_a_hundred_classes_the_fine_label_is_taken()
    {
        _folder.Write("train.bin", Records(4, 2, first: 60));
        _folder.Write("test.bin", Records(1, 2, first: 3));
        var train = CifarFolder.Open(_folder.Root, DataSplit.Train);
        (train.Count, train.ClassNames.Count).Should().Be((4, 100));
        train.Read(2, new float[Pixels]).Should().Be(62);
    }

    [Fact]
    public void One_file_is_parted_the_same_way_each_time()
    {
        string file = _folder.Write("some.bin", Records(50, 1, first: 0));
        var train = CifarFolder.Open(file, DataSplit.Train);
        var test = CifarFolder.Open(file, DataSplit.Test);
        int[] trained = Firsts(train), tested = Firsts(test);
        trained.Length.Should().Be(40);
        trained.Concat(tested).Order().Should().Equal(Enumerable.Range(0, 50));
        tested.Select(f => f % 10).Order().Should().Equal(Enumerable.Range(0, 10), "one fifth of each class of five is tested");
        Firsts(CifarFolder.Open(_folder.Root, DataSplit.Test)).Should().Equal(tested);
        Firsts(CifarFolder.Open(file, DataSplit.Test, new DataOptions { Seed = 2 })).Should().NotEqual(tested);
    }

    [Fact]
    public void A_bad_file_is_named_and_on_request_left_out()
    {
        byte[] wrong = Records(3, 1, first: 0);
        wrong[2 * (Pixels + 1)] = 10;
        _folder.Write("data_batch_1.bin", Records(2, 1, first: 0));
        _folder.Write("data_batch_2.bin", wrong);
        _folder.Write("data_batch_3.bin", Records(2, 1, first: 0).AsSpan(..^7).ToArray());
        _folder.Write("test_batch.bin", Records(1, 1, first: 0));
        var open = () => CifarFolder.Open(_folder.Root, DataSplit.Train);
        open.Should().Throw<DataFormatException>().WithMessage($"*data_batch_2.bin: byte {2 * (Pixels + 1)}: label 10 *");
        var skipped = new List<string>();
        CifarFolder.Open(_folder.Root, DataSplit.Train, new DataOptions { Skip = e => skipped.Add(e.Message) }).Count.Should().Be(2);
        skipped.Should().HaveCount(2).And.Contain(m => m.Contains($"byte {Pixels + 1}: {(2 * (Pixels + 1)) - 7} bytes are 1 records"));
    }

    private static int[] Firsts(IDataset data)
    {
        var sample = new float[Pixels];
        return [.. Enumerable.Range(0, data.Count).Select(i =>
        {
            int label = data.Read(i, sample);
            int first = (int)MathF.Round(sample[0] * 255);
            (first % 10).Should().Be(label);
            return first;
        })];
    }

    // Record r: label r % 10 (or r), then bytes r, r + 1, ...
    private static byte[] Records(int count, int labels, int first)
    {
        var bytes = new List<byte>();
        for (int r = first; r < first + count; r++)
        {
            if (labels == 2) bytes.Add(7);
            bytes.Add((byte)(labels == 2 ? r : r % 10));
            bytes.AddRange(Enumerable.Range(r, Pixels).Select(b => (byte)b));
        }

        return [.. bytes];
    }
}
