using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Framework.Errors;
using Framework.Execution;

namespace Cli.Plumbing;

/// <summary>Options that several commands have, and the ways in which values are read.</summary>
internal static class Options
{
    private static readonly Dictionary<string, ConvolutionAlgorithm> s_algorithms = new()
    {
        ["default"] = ConvolutionAlgorithm.Auto,
        ["auto"] = ConvolutionAlgorithm.Auto,
        ["direct"] = ConvolutionAlgorithm.Direct,
        ["winograd"] = ConvolutionAlgorithm.Winograd,
        ["winograd6"] = ConvolutionAlgorithm.Winograd6,
        ["precise"] = ConvolutionAlgorithm.Precise,
    };

    public static Option<string?> Json() => new("--json")
    {
        HelpName = "FILE",
        Description = "Write the figures as JSON; - is standard output, and progress then goes to standard error.",
    };

    public static Option<int?> Threads() =>
        AtLeast("--threads", 0, "N", "Threads that compute; 0, the default, is one for each processor. Results do not depend on it.");

    public static Option<string?> Algorithm() =>
        OneOf("--algorithm", "How our convolutions are computed; by what is fastest for each by default.", [.. s_algorithms.Keys]);

    /// <summary>The algorithm of that name; that which is taken where none is given for null.</summary>
    public static ConvolutionAlgorithm AlgorithmOf(string? name) => s_algorithms[name ?? "auto"];

    public static Option<int?> MemoryBudget() => AtLeast(
        "--memory-budget", 1, "MB", "Memory, in units of 2^20 bytes, that a run may take beside weights and inputs; all that the machine has by default.");

    /// <summary>How a session runs, by the options of these names.</summary>
    public static SessionOptions Session(int? threads, int? megabytes) => new()
    {
        Threads = threads ?? 0,
        MemoryBudget = megabytes is { } given ? (long)given << 20 : SessionOptions.Default.MemoryBudget,
    };

    public static Option<long?> Seed() => Number<long>("--seed", "N", "Seeds whatever is drawn at random; 1 by default.", _ => true, "an integer");

    public static Option<string?> Data(bool required = true) => new("--data")
    {
        HelpName = "NAME|PATH",
        Description = "A data set of `cnn data list`, a folder of pictures for each class, of CIFAR's or of MNIST's files, or a CSV file.",
        Required = required,
    };

    public static Option<string?> Weights() => new("--weights")
    {
        HelpName = "FILE.safetensors",
        Description = "Weights for the network, by the names of a state dict.",
    };

    /// <summary>The engines of an <c>--against</c>, each once.</summary>
    /// <param name="list">Names with commas between.</param>
    /// <param name="known">The names that there are.</param>
    /// <exception cref="UsageException">A name is none of these.</exception>
    public static string[] Engines(string list, IReadOnlyCollection<string> known)
    {
        string[] names = [.. list.Split(',', StringSplitOptions.TrimEntries).Distinct()];
        if (names.FirstOrDefault(n => !known.Contains(n)) is { } unknown)
            throw new UsageException($"--against {list}", $"'{unknown}' is no engine.", $"Known are {string.Join(", ", known)}.");
        return names;
    }

    /// <summary>An option for one of some words, which the help lists.</summary>
    public static Option<string?> OneOf(string name, string description, params string[] words) => new(name)
    {
        HelpName = string.Join('|', words),
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!words.Contains(text)) result.AddError($"{name}: '{text}' is not {string.Join(" or ", words)}.");
            return text;
        },
    };

    /// <summary>An option for an integer with a lower bound.</summary>
    public static Option<int?> AtLeast(string name, int least, string helpName, string description) =>
        Number<int>(name, helpName, description, n => n >= least, $"an integer of at least {least}");

    /// <summary>An option for a number.</summary>
    /// <param name="name">The option.</param>
    /// <param name="helpName">What stands for the number in the help.</param>
    /// <param name="description">What the help says.</param>
    /// <param name="allowed">Which numbers are allowed.</param>
    /// <param name="rule">These, in words.</param>
    public static Option<T?> Number<T>(string name, string helpName, string description, Func<T, bool> allowed, string rule)
        where T : struct, INumber<T> => new(name)
        {
            HelpName = helpName,
            Description = description,
            CustomParser = result => Parse(result, name, allowed, rule),
        };

    private static T? Parse<T>(ArgumentResult result, string name, Func<T, bool> allowed, string rule)
        where T : struct, INumber<T>
    {
        string text = result.Tokens[0].Value;
        if (T.TryParse(text, CultureInfo.InvariantCulture, out var number) && allowed(number)) return number;
        result.AddError($"{name}: '{text}' is not {rule}.");
        return null;
    }
}
