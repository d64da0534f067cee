using System.Globalization;
using Framework.Training;
using Spectre.Console;

namespace Cli.Terminals;

/// <summary>What a person reads: tables and live progress on a terminal, plain lines anywhere else.</summary>
internal sealed class Terminal
{
    private readonly TextWriter _writer;
    private readonly IAnsiConsole? _console;

    private Terminal(TextWriter writer)
    {
        _writer = writer;
        var output = new AnsiConsoleOutput(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output });
        if (output.IsTerminal && console.Profile.Capabilities.Ansi) _console = console;
    }

    /// <summary>Standard output.</summary>
    public static Terminal Output() => new(Console.Out);

    /// <summary>Standard error.</summary>
    public static Terminal Error() => new(Console.Error);

    /// <summary>A line of text.</summary>
    public void Line(string text = "")
    {
        // On a terminal that shows progress, the line goes above it.
        if (_console is null) _writer.WriteLine(text);
        else _console.WriteLine(text);
    }

    /// <summary>A table; numbers stand to the right.</summary>
    public void Table(IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        bool[] right = [.. head.Select((_, column) => rows.Count > 0 && rows.All(r => IsNumber(r[column])))];
        if (_console is null)
        {
            WritePlain([head, .. rows], right);
            return;
        }

        var table = new Table().Border(TableBorder.Rounded);
        for (int column = 0; column < head.Count; column++)
            table.AddColumn(new TableColumn(new Text(head[column])) { Alignment = right[column] ? Justify.Right : Justify.Left });
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        _console.Write(table);
    }

    /// <summary>Lets a network be trained and shows how it goes.</summary>
    /// <param name="train">Trains; calls the first action after every step and the second after every epoch.</param>
    public T Training<T>(Func<Action<StepProgress>, Action<EpochResult>, T> train)
    {
        if (_console is null)
        {
            var lines = new PlainProgress(_writer);
            return train(lines.Step, e => Line(TrainingLines.Of(e)));
        }

        return _console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(context =>
            {
                var task = context.AddTask("preparing", maxValue: 1);
                return train(
                    p =>
                    {
                        task.Value = (p.Epoch - 1 + ((double)p.Batch / p.Batches)) / p.Epochs;
                        task.Description = Markup.Escape(TrainingLines.Of(p));
                    },
                    e => Line(TrainingLines.Of(e)));
            });
    }

    private static bool IsNumber(string cell) => double.TryParse(cell, CultureInfo.InvariantCulture, out double _);

    private void WritePlain(IReadOnlyList<IReadOnlyList<string>> rows, bool[] right)
    {
        int[] widths = [.. right.Select((_, column) => rows.Max(r => r[column].Length))];
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => right[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            _writer.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
