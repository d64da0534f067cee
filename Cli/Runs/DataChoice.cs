using System.CommandLine;
using Cli.Plumbing;
using Cli.Terminals;
using Framework.Data;
using Framework.Data.Images;
using Framework.Data.Sources;
using Framework.Errors;
using Framework.Tensors;
using Interop.TurboJpeg;

namespace Cli.Runs;

/// <summary>The options that say which data is meant, and the opening of it.</summary>
/// <param name="required">Whether data must be named.</param>
internal sealed class DataChoice(bool required = true)
{
    private readonly Option<string?> _data = Options.Data(required);

    private readonly Option<bool> _skipBad = new("--skip-bad")
    {
        Description = "Leave out files and lines that cannot be read, name and count them; otherwise the first is an error.",
    };

    private readonly Option<Shape?> _sample = new("--image")
    {
        HelpName = "CxHxW",
        Description = "Channels, rows and columns that pictures of files are brought to; by default those of the first, up to 256 x 256.",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            int[] extents = [.. text.Split('x').Select(p => int.TryParse(p, out int n) && n is > 0 and <= 8192 ? n : 0)];
            if (extents.Length == 3 && !extents.Contains(0)) return new Shape(extents);
            result.AddError($"--image: '{text}' is not three numbers like 3x64x64.");
            return null;
        },
    };

    /// <summary>Reads pictures of all kinds.</summary>
    public static ImageReader Images { get; } = ImageReader.Managed.With(new TurboJpegDecoder());

    /// <summary>Gives a command the options.</summary>
    public DataChoice AddTo(Command command)
    {
        command.Add(_data);
        command.Add(_sample);
        command.Add(_skipBad);
        return this;
    }

    /// <summary>What was chosen; null where nothing was.</summary>
    public DataPlan? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_data) is not { } name) return null;

        // A run may be gone on with from another folder.
        string place = DataSets.All.All(s => s.Name != name) && Path.Exists(name) ? Path.GetFullPath(name) : name;
        return new DataPlan(place, parsed.GetValue(_sample)?.Extents.ToArray(), parsed.GetValue(_skipBad));
    }
}

/// <summary>Which data is meant; a part of a run's plan.</summary>
/// <param name="Name">A name or a path.</param>
/// <param name="Image">Channels, rows and columns that pictures are brought to; null for the data's own.</param>
/// <param name="SkipBad">Whether what cannot be read is left out.</param>
internal sealed record DataPlan(string Name, int[]? Image = null, bool SkipBad = false)
{
    /// <summary>Opens a part; names and counts what is left out.</summary>
    public IDataset Open(DataSplit split, Terminal terminal)
    {
        int skipped = 0;
        var options = new DataOptions { Images = DataChoice.Images, Sample = Image is null ? null : new Shape(Image) };
        if (SkipBad) options = options with { Skip = Tell };
        var data = DataSets.Open(Name, split, options);
        if (skipped > 0) terminal.Line($"{skipped} bad files or lines of the {(split == DataSplit.Train ? "training" : "test")} data were left out.");
        return data;

        void Tell(DataFormatException bad)
        {
            skipped++;
            terminal.Line($"Left out: {bad.Message}");
        }
    }
}
