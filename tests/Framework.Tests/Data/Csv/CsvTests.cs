using System.Text;
using Framework.Data;
using Framework.Data.Csv;
using Framework.Data.Sources;
using Framework.Data.Text;
using Framework.Errors;

namespace Framework.Tests.Data.Csv;

public sealed class CsvTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Quotes_hide_separators_line_ends_and_themselves()
    {
        var rows = CsvTable.Parse("a,\"b,\"\"c\"\"\nd\",e\r\n\n1,2,\n", "x", ',');
        rows.Select(r => r.Line).Should().Equal(1, 4);
        rows[0].Values.Should().Equal("a", "b,\"c\"\nd", "e");
        rows[1].Values.Should().Equal("1", "2", "");
        var parse = () => CsvTable.Parse("a\n\"b", "x", ',');
        parse.Should().Throw<DataFormatException>().WithMessage("x, line 2: a quote is not closed.");
    }

    [Fact]
    public void Numbers_with_a_label_column_are_samples()
    {
        Write("train.csv", "label,p1,p2\n1,0.5,2\n0,-1,4\n");
        Write("test.csv", "label,p1,p2\n2,7,8\n");
        Action open = () => DataSets.Open(_folder.Root, DataSplit.Test);
        open.Should().Throw<DataFormatException>().WithMessage("*test.csv, line 2: the class '2' does not occur*");
        var train = DataSets.Open(_folder.Root, DataSplit.Train, new DataOptions { Sample = [1, 2, 1] });
        train.SampleShape.Should().Equal(1, 2, 1);
        train.ClassNames.Should().Equal("0", "1");
        var sample = new float[2];
        train.Read(0, sample).Should().Be(1);
        sample.Should().Equal(0.5f, 2);
    }

    [Fact]
    public void Without_a_name_the_last_column_is_the_label_and_may_be_a_name()
    {
        string file = Write("iris.csv", string.Concat(Enumerable.Range(0, 20).Select(i => $"{i};{2 * i};{(i % 2 == 0 ? "setosa" : "versicolor")}\n")));
        var train = DataSets.Open(file, DataSplit.Train);
        var test = DataSets.Open(file, DataSplit.Test);
        (train.Count, test.Count).Should().Be((16, 4));
        train.ClassNames.Should().Equal("setosa", "versicolor");
        var sample = new float[2];
        train.Read(3, sample).Should().Be((int)sample[0] % 2);
        sample[1].Should().Be(2 * sample[0]);
    }

    [Fact]
    public void Bad_lines_are_named_and_on_request_left_out()
    {
        string file = Write("x.csv", "a,b,label\n1,2,0\n1,2\n1,x,1\n3,4,1\n5,6,0\n7,8,1\n");
        var open = () => CsvDataset.Open(file, DataSplit.Train);
        open.Should().Throw<DataFormatException>().WithMessage("*x.csv, line 3: has 2 values, the first row has 3.");
        var skipped = new List<string>();
        var options = new DataOptions { Skip = e => skipped.Add(e.Message), TestShare = 0.4 };
        int left = CsvDataset.Open(file, DataSplit.Train, options).Count + CsvDataset.Open(file, DataSplit.Test, options).Count;
        left.Should().Be(4);
        skipped.Should().Contain(m => m.Contains("line 3:")).And.Contain(m => m.EndsWith("line 4, column 2: 'x' is no number."));
    }

    [Fact]
    public void A_column_of_text_makes_sentences()
    {
        string file = Write("reviews.tsv", "sentence\tlabel\n" + string.Concat(Enumerable.Range(0, 10).Select(i => $"It was {(i % 2 == 0 ? "good" : "bad")}, {i}.\t{(i % 2 == 0 ? "pos" : "neg")}\n")));
        var train = (SentenceDataset)DataSets.Open(file, DataSplit.Train);
        train.ClassNames.Should().Equal("neg", "pos");
        train.Texts[0].Sentence.Should().StartWith("It was");
        train.Vocabulary.NumberOf("was").Should().BeGreaterThan(Vocabulary.Unknown);
        DataSets.Open(file, DataSplit.Test).Count.Should().Be(2);
    }

    private string Write(string name, string text) => _folder.Write(name, Encoding.UTF8.GetBytes(text));
}
