namespace Framework.Errors;

/// <summary>
/// The base of every error that a user can cause: a file, a shape, an argument. Its message is one line that names the
/// place, what is wrong there, and what would be right.
/// </summary>
/// <remarks>Faults of the framework itself stay ordinary .NET exceptions, so that they are never mistaken for the user's.</remarks>
public abstract class FrameworkException : Exception
{
    /// <summary>Makes an error from its parts.</summary>
    /// <param name="place">Where: a file, a node with its operator, an option.</param>
    /// <param name="problem">What was found and which rule it breaks.</param>
    /// <param name="remedy">What would be right, or what to do; null where the problem says it already.</param>
    /// <param name="inner">The error that led to this one.</param>
    protected FrameworkException(string place, string problem, string? remedy, Exception? inner = null)
        : base(OneLine(remedy is null ? $"{place}: {problem}" : $"{place}: {problem} {remedy}"), inner)
    {
        Place = place;
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>Where the error is: a file, a node with its operator, an option.</summary>
    public string Place { get; }

    /// <summary>What was found, and the rule it breaks.</summary>
    public string Problem { get; }

    /// <summary>What would be right, or what to do.</summary>
    public string? Remedy { get; }

    // Names out of a damaged file may hold anything.
    private static string OneLine(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;
}
