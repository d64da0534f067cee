using System.Text;
using Framework.Data;
using Framework.Data.Synthetic;
using Framework.Data.Text;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data.Text;

public sealed class TextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Words_are_runs_of_letters_and_other_signs_are_words() =>
        Tokenizer.Split("  It's GOOD,really: 42!").Should().Equal("it's", "good", ",", "really", ":", "42", "!");

    [Fact]
    public void The_most_frequent_words_come_first_and_unknown_ones_share_a_number()
    {
        var vocabulary = Vocabulary.Of(["b a b", "c a b"]);
        vocabulary.Words.Should().Equal("<pad>", "<unk>", "b", "a", "c");
        vocabulary.Encode("A x b", 5).Should().Equal(3, 1, 2, 0, 0);
        vocabulary.Encode("a b c", 2).Should().Equal(3, 2);
        Vocabulary.Of(["b a b", "c a b"], leastCount: 2).Count.Should().Be(4);
        vocabulary.Save(_folder["words"]);
        Vocabulary.Load(_folder["words"]).Words.Should().Equal(vocabulary.Words);
        File.AppendAllText(_folder["words"], "a\n");
        var load = () => Vocabulary.Load(_folder["words"]);
        load.Should().Throw<DataFormatException>().WithMessage("*line 6: the word 'a' comes twice.");
    }

    [Theory]
    [InlineData("3 2\nthe 1 2\ncat -0.5 1e-1\nrare 9 9\n")]
    [InlineData("the 1 2\ncat -0.5 0.1 \nrare 9 9\n")]
    public void Vectors_are_read_with_and_without_a_header(string text)
    {
        var vocabulary = new Vocabulary(["cat", "dog"]);
        var all = WordVectors.Read(Write(text));
        (all.Count, all.Size).Should().Be((3, 2));
        all.Find("cat").Should().Equal(-0.5f, 0.1f);
        var wanted = WordVectors.Read(Write(text), vocabulary);
        wanted.Count.Should().Be(1);
        var table = wanted.TableFor(vocabulary);
        table.Shape.Should().Equal(4, 2);
        var rows = table.ToArray<float>();
        rows[..2].Should().Equal(0, 0);
        rows[4..6].Should().Equal(-0.5f, 0.1f);
        rows[6..].Should().OnlyContain(v => v != 0 && Math.Abs(v) <= 0.25f);
    }

    [Theory]
    [InlineData("the 1 2\ncat 1\n", "line 2: the word has 1 numbers, others 2.")]
    [InlineData("the 1 x\n", "line 1: 'x' is no number.")]
    [InlineData("5 2\nthe 1 2\n", "line 1 declares 5 words, 1 follow.")]
    [InlineData("", "is empty.")]
    public void Bad_vectors_are_refused(string text, string message)
    {
        var read = () => WordVectors.Read(Write(text));
        read.Should().Throw<DataFormatException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void Batches_of_sentences_are_integers()
    {
        var data = new SentenceDataset([new("a b", 0), new("b", 1), new("c a", 0)], ["x", "y"], new Vocabulary(["a", "b"]), length: 3);
        var loader = new DataLoader(data, new LoaderOptions { BatchSize = 2 });
        var batches = loader.Epoch(0).ToArray();
        batches[0].Images.ElementType.Should().Be(ElementType.Int64);
        batches[0].Images.ToArray<long>().Should().Equal(2, 3, 0, 3, 0, 0);
        batches[1].Images.ToArray<long>().Should().Equal(1, 2, 0);
        batches[1].Images.Shape.Should().Equal(1, 3);
    }

    [Fact]
    public void Opinions_follow_their_grammar()
    {
        var train = Opinions.Open(DataSplit.Train);
        var test = Opinions.Open(DataSplit.Test);
        (train.Count, test.Count).Should().Be((Opinions.TrainCount, Opinions.TestCount));
        train.Texts.Should().Equal(Opinions.Open(DataSplit.Train).Texts);
        train.Texts.Average(t => t.Label).Should().BeApproximately(0.5, 4 * 0.5 / Math.Sqrt(train.Count), "four deviations of a fair coin");
        test.Texts.SelectMany(t => Tokenizer.Split(t.Sentence)).Should().OnlyContain(w => train.Vocabulary.NumberOf(w) > Vocabulary.Unknown);
        string[] praise = ["good", "great", "clever", "lovely", "brilliant", "charming", "moving", "superb", "funny", "fresh", "tasty", "delightful"];
        foreach (var text in train.Texts)
        {
            // The opinion is what begins with "the" and a thing and ends before a comma's aside; its own "not" follows its verb.
            var words = Tokenizer.Split(text.Sentence).ToList();
            bool good = words.Exists(praise.Contains);
            int verb = words.FindIndex(w => w is "is" or "seemed" or "felt" || (w == "was" && words[words.IndexOf(w) - 1] != "which"));
            if (verb < 0 || words[verb - 1] == "which") verb = words.LastIndexOf("was");
            (good != (words[verb + 1] == "not")).Should().Be(text.Label == 1, text.Sentence);
        }
    }

    private string Write(string text) => _folder.Write("vectors.txt", Encoding.UTF8.GetBytes(text));
}
