using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Cli.Commands;
using Framework.Errors;

namespace Cli.Plumbing;

/// <summary>The command <c>cnn</c>: its commands, and what becomes of their errors.</summary>
internal static class CommandLine
{
    private const string TraceVariable = "CNN_TRACE";

    public static int Run(string[] arguments)
    {
        var root = new RootCommand("cnn: train, evaluate, export and run convolutional networks.")
        {
            QuickstartCommand.Create(),
            TrainCommand.Create(),
            EvaluateCommand.Create(),
            PredictCommand.Create(),
            ExportCommand.Create(),
            InspectCommand.Create(),
            RunCommand.Create(),
            ParityCommand.Create(),
            ConformanceCommand.Create(),
            BenchCommand.Create(),
            DataCommand.Create(),
            ViewCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new DocumentedHelp((HelpAction)help.Action!);

        var parsed = root.Parse(arguments);
        string name = NameOf(parsed.CommandResult.Command);
        if (parsed.Action is ParseErrorAction || Mistaken(parsed) is not null)
            return Fail(name, $"{Problem(parsed)} See `{name} --help`.", ExitCode.BadInput);
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception error) when (error is FrameworkException or IOException or UnauthorizedAccessException)
        {
            ShowTrace(error);
            return Fail(name, error.Message, ExitCode.BadInput);
        }
        catch (OutOfMemoryException error)
        {
            ShowTrace(error);
            return Fail(name, "there is not enough memory for this.", ExitCode.BadInput);
        }
#pragma warning disable CA1031 // Whatever goes wrong, the user sees one line.
        catch (Exception error)
#pragma warning restore CA1031
        {
            string hint = ShowTrace(error) ? "" : $" This is a fault of the program; {TraceVariable}=1 shows where.";
            return Fail(name, $"{error.GetType().Name}: {error.Message}{hint}", ExitCode.Fault);
        }
    }

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : "cnn";

    private static string Problem(ParseResult parsed) =>
        (Mistaken(parsed) ?? (parsed.UnmatchedTokens is [var first, ..] ? first : null)) is { } token ? $"'{token}' is no command or option here." : parsed.Errors[0].Message;

    // An option that is not known would pass for an argument.
    private static string? Mistaken(ParseResult parsed) => parsed.CommandResult.Children.OfType<ArgumentResult>()
        .SelectMany(a => a.Tokens)
        .Select(t => t.Value)
        .FirstOrDefault(t => t.StartsWith("--", StringComparison.Ordinal));

    private static int Fail(string name, string message, int exitCode)
    {
        Console.Error.WriteLine($"{name}: {message.ReplaceLineEndings(" ")}");
        return exitCode;
    }

    private static bool ShowTrace(Exception error)
    {
        bool wanted = Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 } and not "0";
        if (wanted) Console.Error.WriteLine(error);
        return wanted;
    }
}
