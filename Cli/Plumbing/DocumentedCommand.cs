using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Cli.Plumbing;

/// <summary>A command whose help ends with an example.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">A sentence, which the list of commands shows too.</param>
/// <param name="example">A command line.</param>
/// <param name="details">What only its own help says.</param>
internal sealed class DocumentedCommand(string name, string description, string example, string? details = null) : Command(name, description)
{
    public string Text => $"{(details is null ? "" : $"{details}\n\n")}Example:\n  {example}\n";
}

/// <summary>The usual help, with a documented command's own text after it.</summary>
internal sealed class DocumentedHelp(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is DocumentedCommand command) parseResult.InvocationConfiguration.Output.WriteLine(command.Text);
        return exitCode;
    }
}
