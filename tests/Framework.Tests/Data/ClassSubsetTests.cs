using Framework.Data;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data;

public class ClassSubsetTests
{
    private static readonly InMemoryDataset s_whole = new(
        Tensor.From([0f, 1f, 2f, 3f, 4f, 5f], [6, 1]), Tensor.From([0L, 2L, 1L, 2L, 0L, 1L], [6]), ["a", "b", "c"]);

    [Fact]
    public void Samples_of_the_chosen_classes_remain_and_are_numbered_as_these_were_named()
    {
        var chosen = new ClassSubset(s_whole, "c", "a");
        chosen.ClassNames.Should().Equal("c", "a");
        var sample = new float[1];
        var read = Enumerable.Range(0, chosen.Count).Select(i => (Label: chosen.Read(i, sample), Value: sample[0])).ToArray();
        read.Should().Equal((1, 0f), (0, 1f), (0, 3f), (1, 4f));
        chosen.Invoking(c => c.Read(4, sample)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_class_that_is_not_there_is_named()
    {
        FluentActions.Invoking(() => new ClassSubset(s_whole, "a", "d")).Should().Throw<UsageException>().WithMessage("class d: is none of the data's. Its classes are: a, b, c.");
    }
}
