namespace Cli.Reports;

/// <summary>What was asked of <c>cnn parity</c>.</summary>
internal sealed record ParityRequest(
    string Model, int Batch, bool Gradients, bool Activations, string[] Against, string Algorithm, long Seed, int Threads, string? Only)
{
    /// <summary>The command line that computes a row, or judges the steps of a node, again.</summary>
    public string Again(string name)
    {
        string command = $"cnn parity --model {Quoted(Model)} --batch {Batch} --seed {Seed}";
        if (Gradients) command += " --gradients";
        if (Activations) command += " --activations";
        command += $" --against {string.Join(',', Against)} --algorithm {Algorithm}";
        if (Threads != 0) command += $" --threads {Threads}";
        return $"{command} --only {Quoted(name)}";
    }

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || "._-/:".Contains(c)) ? word : $"'{word.Replace("'", @"'\''")}'";
}
