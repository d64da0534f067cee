namespace Validation.Export;

/// <summary>What was found of an exported file before it got its name.</summary>
/// <param name="File">The file.</param>
/// <param name="Opset">The version of the operator set.</param>
/// <param name="Nodes">Its nodes.</param>
/// <param name="Bytes">Its size, that of its weights' file included.</param>
/// <param name="Sha256">The sum of the file's bytes.</param>
/// <param name="Checks">What was checked.</param>
public sealed record ExportReport(string File, long Opset, int Nodes, long Bytes, string Sha256, IReadOnlyList<ExportCheck> Checks)
{
    /// <summary>Whether every check held; one that could not be made does not count.</summary>
    public bool Ok => Checks.All(c => c.Ok != false);

    /// <summary>Whether its results were compared, here or in ONNX Runtime; where not, the file is written, but nobody has run it.</summary>
    public bool Ran => Checks.Any(c => c.RmsRel is not null);
}

/// <summary>A check of an exported file.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Ok">Whether it held; null where it could not be made.</param>
/// <param name="Detail">What was found, or why the check could not be made.</param>
/// <param name="RmsRel">The largest difference of an output, root mean square over that of the output; null where nothing was run.</param>
/// <param name="Tolerance">What it may be.</param>
public sealed record ExportCheck(string Name, bool? Ok, string Detail, double? RmsRel = null, double? Tolerance = null);
