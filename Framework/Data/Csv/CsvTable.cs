using System.Text;
using Framework.Errors;

namespace Framework.Data.Csv;

/// <summary>The rows of a file of values with commas (or tabs, or semicolons) between them.</summary>
/// <remarks>RFC 4180: a value may stand in double quotes, within which two stand for one, and separators and line ends for themselves.</remarks>
public static class CsvTable
{
    /// <summary>Reads all rows that are not empty. A file <c>.tsv</c> has tabs; else the first line decides between comma, semicolon and tab.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="DataFormatException">It cannot be read, or a quote is not closed.</exception>
    public static IReadOnlyList<CsvRow> Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException(path, "there is no such file.", inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataFormatException(path, $"cannot be read: {error.Message}", inner: error);
        }

        return Parse(text, path, path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : SeparatorOf(text));
    }

    internal static List<CsvRow> Parse(string text, string place, char separator)
    {
        var rows = new List<CsvRow>();
        var values = new List<string>();
        var value = new StringBuilder();
        int line = 1, rowLine = 1, quotedSince = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n') line++;
            if (quotedSince > 0)
            {
                if (c != '"') value.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') value.Append(text[i++]);
                else quotedSince = 0;
            }
            else if (c == '"' && value.Length == 0)
            {
                quotedSince = line;
            }
            else if (c == separator)
            {
                EndValue();
            }
            else if (c == '\n')
            {
                EndRow();
            }
            else if (c != '\r')
            {
                value.Append(c);
            }
        }

        if (quotedSince > 0) throw new DataFormatException($"{place}, line {quotedSince}", "a quote is not closed.");
        EndRow();
        return rows;

        void EndValue()
        {
            values.Add(value.ToString());
            value.Clear();
        }

        void EndRow()
        {
            EndValue();
            if (values.Count > 1 || values[0].Length > 0) rows.Add(new CsvRow(rowLine, [.. values]));
            values.Clear();
            rowLine = line;
        }
    }

    private static char SeparatorOf(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        var first = end < 0 ? text : text[..end];
        return first.Contains(',', StringComparison.Ordinal) ? ',' : first.Contains(';', StringComparison.Ordinal) ? ';' : first.Contains('\t', StringComparison.Ordinal) ? '\t' : ',';
    }
}

/// <summary>A row of a table.</summary>
/// <param name="Line">The line of the file that it begins on, from 1.</param>
/// <param name="Values">Its values.</param>
public sealed record CsvRow(int Line, IReadOnlyList<string> Values);
