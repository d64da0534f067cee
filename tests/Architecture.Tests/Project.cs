using System.Xml.Linq;

namespace Architecture.Tests;

/// <summary>What a project file says.</summary>
internal sealed class Project(string xml)
{
    private readonly XElement _root = XDocument.Parse(xml).Root!;

    /// <summary>The projects that it references, by name.</summary>
    public IEnumerable<string> References => Includes("ProjectReference").Select(p => Path.GetFileNameWithoutExtension(p.Replace('\\', '/')));

    /// <summary>The packages that it references without any condition.</summary>
    public IEnumerable<string> Packages => _root.Descendants("PackageReference").Where(e => !IsConditional(e)).Select(Include);

    /// <summary>The packages that it references only if asked.</summary>
    public IEnumerable<string> OptionalPackages => _root.Descendants("PackageReference").Where(IsConditional).Select(Include);

    /// <summary>Other items that would bring names or binaries in unseen.</summary>
    public IEnumerable<string> HiddenImports => [.. Includes("Using"), .. Includes("Reference"), .. Includes("NativeLibrary")];

    public string? Property(string name) => _root.Descendants(name).SingleOrDefault()?.Value;

    private IEnumerable<string> Includes(string item) => _root.Descendants(item).Select(Include);

    private static string Include(XElement item) => item.Attribute("Include")!.Value;

    private static bool IsConditional(XElement item) => item.AncestorsAndSelf().Any(e => e.Attribute("Condition") is not null);
}
