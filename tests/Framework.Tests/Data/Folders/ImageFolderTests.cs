using Framework.Data;
using Framework.Data.Folders;
using Framework.Data.Images;
using Framework.Data.Sources;
using Framework.Errors;

namespace Framework.Tests.Data.Folders;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Parts_in_folders_of_their_own_are_taken_as_they_are()
    {
        Add("train/cat/a.png", 10);
        Add("train/cat/sub/b.png", 20);
        Add("train/dog/c.png", 30);
        Add("val/dog/d.png", 40);
        File.WriteAllText(_folder["train/cat/.hidden"], "no picture");
        var train = DataSets.Open(_folder.Root, DataSplit.Train);
        train.ClassNames.Should().Equal("cat", "dog");
        train.SampleShape.Should().Equal(3, 4, 6);
        Read(train).Should().Equal((0, 10), (0, 20), (1, 30));
        Read(DataSets.Open(_folder.Root, DataSplit.Test)).Should().Equal((1, 40));
    }

    [Fact]
    public void Otherwise_a_share_of_each_class_is_kept_for_testing()
    {
        for (int i = 0; i < 10; i++)
        {
            Add($"cat/{i}.png", i);
            Add($"dog/{i}.png", 100 + i);
        }

        var train = Read(ImageFolder.Open(_folder.Root, DataSplit.Train));
        var test = Read(ImageFolder.Open(_folder.Root, DataSplit.Test));
        train.Concat(test).Should().OnlyHaveUniqueItems().And.HaveCount(20);
        test.Count(t => t.Label == 0).Should().Be(2);
        test.Count(t => t.Label == 1).Should().Be(2);
        Read(ImageFolder.Open(_folder.Root, DataSplit.Test, new DataOptions { TestShare = 0.5 })).Should().HaveCount(10);
    }

    [Fact]
    public void Pictures_are_brought_to_one_size_and_colour()
    {
        Add("a/1.png", 50);
        Add("b/2.png", 60, rows: 9, columns: 5);
        var grey = ImageFolder.Open(_folder.Root, DataSplit.Train, new DataOptions { Sample = [1, 8, 8] });
        var sample = new float[64];
        for (int i = 0; i < grey.Count; i++)
        {
            int label = grey.Read(i, sample);
            sample.Should().AllBeEquivalentTo((label == 0 ? 50 : 60) / 255f, "a picture of one grey stays so");
        }
    }

    [Fact]
    public void A_bad_file_is_named_when_it_is_read_or_left_out_from_the_beginning()
    {
        Add("train/a/1.png", 1);
        Add("train/a/2.png", 2);
        Add("train/b/4.png", 4);
        Add("test/a/5.png", 5);
        File.WriteAllBytes(_folder["train/a/3.png"], File.ReadAllBytes(_folder["train/a/2.png"])[..40]);
        File.WriteAllText(_folder["train/b/notes.txt"], "about b");
        var read = () => Read(ImageFolder.Open(_folder.Root, DataSplit.Train));
        read.Should().Throw<DataFormatException>().WithMessage("*3.png: PNG, byte *");
        var skipped = new List<string>();
        var good = ImageFolder.Open(_folder.Root, DataSplit.Train, new DataOptions { Skip = e => skipped.Add(Path.GetFileName(e.Place)) });
        skipped.Should().Equal("3.png", "notes.txt");
        Read(good).Should().Equal((0, 1), (0, 2), (1, 4));
    }

    [Fact]
    public void A_folder_of_another_form_is_refused()
    {
        var open = () => DataSets.Open(_folder.Root, DataSplit.Train);
        open.Should().Throw<UsageException>().WithMessage("*holds no data that is known*");
        Add("only/1.png", 1);
        open.Should().Throw<UsageException>().WithMessage("*Two classes at least*");
    }

    private static (int Label, int Grey)[] Read(IDataset data)
    {
        var sample = new float[data.SampleShape.ElementCount];
        return [.. Enumerable.Range(0, data.Count).Select(i => (data.Read(i, sample), (int)MathF.Round(sample[^1] * 255)))];
    }

    private void Add(string name, int grey, int rows = 4, int columns = 6)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        var picture = new Picture(rows, columns, 3);
        picture.Pixels.AsSpan().Fill((byte)grey);
        PngEncoder.Write(_folder[name], picture);
    }
}
