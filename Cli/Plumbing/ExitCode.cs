namespace Cli.Plumbing;

/// <summary>What the command returns to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Done, and every check held.</summary>
    public const int Done = 0;

    /// <summary>A check did not hold.</summary>
    public const int CheckFailed = 1;

    /// <summary>Bad usage or bad input.</summary>
    public const int BadInput = 2;

    /// <summary>A fault of the program itself.</summary>
    public const int Fault = 3;

    /// <summary>Ended early by Ctrl-C, with everything saved: 128 + SIGINT, so that a shell's <c>&amp;&amp;</c> does not go on.</summary>
    public const int Interrupted = 130;
}
