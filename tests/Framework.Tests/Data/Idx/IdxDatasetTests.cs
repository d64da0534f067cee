using Framework.Data;
using Framework.Data.Idx;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data.Idx;

public sealed class IdxDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pictures_are_read_as_bytes_over_255_with_one_channel()
    {
        var data = IdxDataset.Open(Images(2), Labels([3, 1]));
        data.Count.Should().Be(2);
        data.SampleShape.Should().Equal(1, 2, 3);
        data.ClassNames.Should().Equal("0", "1", "2", "3");
        var sample = new float[6];
        data.Read(1, sample).Should().Be(1);
        sample.Should().Equal(6 / 255f, 7 / 255f, 8 / 255f, 9 / 255f, 10 / 255f, 11 / 255f);
    }

    [Fact]
    public void Four_dimensions_are_count_channels_rows_columns()
    {
        string images = _folder.WriteIdx("images", new Tensor(ElementType.UInt8, [2, 3, 4, 5]));
        IdxDataset.Open(images, Labels([0, 0])).SampleShape.Should().Equal(3, 4, 5);
    }

    [Fact]
    public void Swapped_files_are_named()
    {
        string images = Images(2), labels = Labels([0, 1]);
        var swapped = () => IdxDataset.Open(labels, images);
        swapped.Should().Throw<DataFormatException>().WithMessage($"{images}: holds UInt8[2,2,3]; labels are*swapped*");
        var labelsTwice = () => IdxDataset.Open(labels, labels);
        labelsTwice.Should().Throw<DataFormatException>().WithMessage($"{labels}: holds UInt8[2]; images are*swapped*");
    }

    [Fact]
    public void Another_element_type_is_refused()
    {
        string images = _folder.WriteIdx("images", new Tensor(ElementType.Float32, [2, 2, 3]));
        var open = () => IdxDataset.Open(images, Labels([0, 1]));
        open.Should().Throw<DataFormatException>().WithMessage($"{images}: holds Float32[2,2,3]*");
    }

    [Fact]
    public void Another_number_of_labels_is_refused()
    {
        string images = Images(2), labels = Labels([0, 1, 0]);
        var open = () => IdxDataset.Open(images, labels);
        open.Should().Throw<DataFormatException>().WithMessage($"{labels}: byte 4: 3 labels for the 2 images of {images}.*");
    }

    [Fact]
    public void A_label_outside_the_classes_is_refused_with_its_place()
    {
        string labels = Labels([0, 1, 2]);
        var open = () => IdxDataset.Open(Images(3), labels, ["no", "yes"]);
        open.Should().Throw<DataFormatException>().WithMessage($"{labels}: byte 10: label 2 is outside 0 to 1.");
    }

    [Fact]
    public void No_picture_is_no_data_set()
    {
        string images = Images(0);
        var open = () => IdxDataset.Open(images, Labels([]));
        open.Should().Throw<DataFormatException>().WithMessage($"{images}: *no picture*");
    }

    [Fact]
    public void A_folder_is_read_plain_or_packed_and_its_training_labels_make_the_classes()
    {
        _folder.WriteIdx("train-images-idx3-ubyte.gz", Pictures(3), packed: true);
        _folder.WriteIdx("train-labels-idx1-ubyte", Tensor.From<byte>([0, 4, 2], [3]));
        _folder.WriteIdx("t10k-images-idx3-ubyte", Pictures(2));
        _folder.WriteIdx("t10k-labels-idx1-ubyte.gz", Tensor.From<byte>([1, 1], [2]), packed: true);

        IdxFolder.Open(_folder.Root, DataSplit.Train).Count.Should().Be(3);
        var test = IdxFolder.Open(_folder.Root, DataSplit.Test);
        test.Count.Should().Be(2);
        test.ClassNames.Should().HaveCount(5);

        File.Delete(_folder["t10k-images-idx3-ubyte"]);
        var open = () => IdxFolder.Open(_folder.Root, DataSplit.Test);
        open.Should().Throw<UsageException>().WithMessage($"{_folder.Root}: there is no t10k-images-idx3-ubyte*.gz*");
    }

    [Fact]
    public void A_test_label_that_training_never_saw_is_refused()
    {
        _folder.WriteIdx("train-labels-idx1-ubyte", Tensor.From<byte>([0, 1], [2]));
        _folder.WriteIdx("t10k-images-idx3-ubyte", Pictures(1));
        _folder.WriteIdx("t10k-labels-idx1-ubyte", Tensor.From<byte>([2], [1]));
        var open = () => IdxFolder.Open(_folder.Root, DataSplit.Test);
        open.Should().Throw<DataFormatException>().WithMessage("*byte 8: label 2 is outside 0 to 1.");
    }

    private static Tensor Pictures(int count) =>
        Tensor.From([.. Enumerable.Range(0, count * 6).Select(i => (byte)i)], [count, 2, 3]);

    private string Images(int count) => _folder.WriteIdx("images", Pictures(count));

    private string Labels(byte[] labels) => _folder.WriteIdx("labels", Tensor.From(labels, [labels.Length]));
}
