using Validation.Conformance;

namespace Validation.Tests.Conformance;

/// <summary>What every case of the suite must come to.</summary>
internal sealed class Manifest
{
    /// <summary>What the project promises of all cases.</summary>
    private const int LeastPassed = 960;

    /// <summary>What it promises of those that concern convolutional networks.</summary>
    private const int LeastPassedOfCore = 690;

    private readonly Dictionary<string, CaseStatus> _expected = Lines("manifest.txt")
        .Select(line => line.Split(' ', 3))
        .ToDictionary(parts => parts[1], parts => Enum.Parse<CaseStatus>(parts[0], ignoreCase: true));

    private readonly HashSet<string> _core = [.. Lines("core.txt")];

    /// <summary>Every case.</summary>
    public IReadOnlyDictionary<string, CaseStatus> Expected => _expected;

    /// <summary>The cases that concern convolutional networks.</summary>
    public IReadOnlySet<string> Core => _core;

    /// <summary>Cases that do not pass, and for which no reason is given.</summary>
    public static IEnumerable<string> WithoutReason => Lines("manifest.txt").Where(l => !l.StartsWith("passed ", StringComparison.Ordinal) && l.Split(' ', 3).Length < 3);

    /// <summary>In what a run of the suite is not what it must be.</summary>
    public IReadOnlyList<string> Problems(IReadOnlyCollection<CaseResult> results)
    {
        var problems = results.Select(Problem).OfType<string>().ToList();
        problems.AddRange(_expected.Keys.Except(results.Select(r => r.Name)).Select(n => $"{n} was not run"));
        string[] passed = [.. results.Where(r => r.Status == CaseStatus.Passed).Select(r => r.Name)];
        if (passed.Length < LeastPassed) problems.Add($"{passed.Length} cases passed, fewer than {LeastPassed}");
        int ofCore = passed.Count(_core.Contains);
        if (ofCore < LeastPassedOfCore) problems.Add($"{ofCore} cases of the core passed, fewer than {LeastPassedOfCore}");
        return problems;
    }

    private string? Problem(CaseResult result) =>
        !_expected.TryGetValue(result.Name, out var expected) ? $"{result.Name} is not in the manifest: add '{$"{result.Status}".ToLowerInvariant()} {result.Name} {result.Message}'"
        : result.Status != expected && result.Status == CaseStatus.Passed ? $"{result.Name} passes now: change its line in the manifest to 'passed {result.Name}'"
        : result.Status != expected ? $"{result.Name} is {result.Status}, not {expected}: {result.Message}"
        : result.Status != CaseStatus.Passed && result.Message.Length == 0 ? $"{result.Name} does not say why it is {result.Status}"
        : null;

    private static IEnumerable<string> Lines(string file) => File
        .ReadLines(Path.Combine(AppContext.BaseDirectory, "Conformance", file))
        .Where(line => line.Length > 0 && line[0] != '#');
}
