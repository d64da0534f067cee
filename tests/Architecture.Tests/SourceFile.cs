using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>A C# file: its path from the repository's root, with slashes, and its text.</summary>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>The text without comments, which may speak of anything.</summary>
    public string Code { get; } = Comment().Replace(Text, "");

    public int LineCount => Text.Count(c => c == '\n');

    /// <summary>The folder within a project, as a namespace: <c>Framework.Kernels.Gemm</c>.</summary>
    public string FolderNamespace => Path[..Path.LastIndexOf('/')].Replace("tests/", "", StringComparison.Ordinal).Replace('/', '.');

    /// <summary>The namespace that the file declares; empty where it declares none.</summary>
    public string Namespace => NamespaceDeclaration().Match(Code).Groups[1].Value;

    /// <summary>The names of the types that the file declares.</summary>
    public IEnumerable<string> Types => TypeDeclaration().Matches(Code).Select(m => m.Groups[1].Value);

    // A comment begins at a line's start or after a space; an address in a text does not.
    [GeneratedRegex(@"(?<=^|\s)//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record|record struct|record class)\s+(\w+)")]
    private static partial Regex TypeDeclaration();
}
