using Framework.Operators;
using Validation.Cases;

namespace Validation.Tests.Operators;

/// <summary>Every sample of every operator, by every judge in float32, within bounds that are derived for each element.</summary>
public class OperatorRuntimeTests
{
    private static readonly Dictionary<string, OperatorCase> s_cases = OperatorCase.All.ToDictionary(c => c.Name);

    public static TheoryData<string, string> Forward => Pairs(_ => true);

    public static TheoryData<string, string> Differentiable => Pairs(c => c.Operator.HasGradientRule && c.Differentiable.Count > 0, Judge.Own, Judge.OnnxRuntime);

    [Theory]
    [MemberData(nameof(Forward))]
    public void Results_are_within_their_bounds(string judge, string name)
    {
        foreach (var step in Find(judge).Try(s_cases[name]))
            step.Ok.Should().BeTrue("{0} makes {1} of {2} with an error of {3}, {4} times its bound", judge, step.Output, name, step.MaxAbs, step.Share);
    }

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void Each_step_of_the_way_back_is_within_its_bounds(string judge, string name)
    {
        foreach (var step in Find(judge).TryGradients(s_cases[name]))
            step.Ok.Should().BeTrue("{0} makes {1} of {2}, {3} with an error of {4}, {5} times its bound", judge, step.Output, name, step.Place, step.MaxAbs, step.Share);
    }

    [Theory]
    [InlineData("cnn")]
    [InlineData("onnxruntime")]
    [InlineData("libtorch")]
    public void What_a_judge_is_excused_from_it_cannot_do(string judge)
    {
        var excused = Find(judge).Cannot.Keys.Select(key => (Key: key, Cases: s_cases.Values.Where(c => c.Name == key || c.Operator.ToString() == key).ToList())).ToList();

        excused.Where(e => e.Cases.Count == 0).Select(e => e.Key).Should().BeEmpty("an excuse must be for a sample that there is");
        excused.SelectMany(e => e.Cases).Where(c => Can(Find(judge), c)).Select(c => c.Name).Should().BeEmpty("{0} can run them", judge);
    }

    private static bool Can(Judge judge, OperatorCase c)
    {
        try
        {
            return judge.Try(c).All(s => s.Ok);
        }
        catch (Framework.Errors.FrameworkException)
        {
            return false;
        }
    }

    private static Judge Find(string name) => Judge.All.First(j => j.Name == name);

    private static TheoryData<string, string> Pairs(Func<OperatorCase, bool> wanted, params IReadOnlyList<Judge> judges)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var judge in judges.Count > 0 ? judges : Judge.All)
        {
            foreach (var c in s_cases.Values.Where(c => wanted(c) && judge.Takes(c.Operator) && judge.Excuse(c) is null)) pairs.Add(judge.Name, c.Name);
        }

        return pairs;
    }
}
