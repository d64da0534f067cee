using System.Text.RegularExpressions;

namespace Architecture.Tests;

public sealed partial class SourceTests
{
    private const int MostLines = 600;

    /// <summary>What is asked of the operating system itself, and done without where it is another: huge pages, how many links a file has, opening without waiting for a pipe.</summary>
    private static readonly (string Path, string Call)[] s_systemCalls =
    [
        ("Framework/Tensors/HugePages.cs", "LibraryImport(\"libc\", EntryPoint = \"madvise\")"),
        ("Onnx/Wire/ExternalData.cs", "LibraryImport(\"libc\", EntryPoint = \"statx\", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)"),
        ("Onnx/Wire/ExternalData.cs", "LibraryImport(\"libc\", EntryPoint = \"open\", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)"),
    ];

    private static readonly SourceFile[] s_sources = [.. Repository.Products.Append("tests").SelectMany(Repository.Sources)];

    [Fact]
    public void No_file_is_too_long() => s_sources.Where(IsTooLong).Select(f => f.Path).Should().BeEmpty();

    [Fact]
    public void Every_file_has_the_namespace_of_its_folder() => s_sources.Where(IsInAnotherNamespace).Select(f => f.Path).Should().BeEmpty();

    [Fact]
    public void Nothing_is_used_globally() => s_sources.Where(UsesGlobally).Select(f => f.Path).Should().BeEmpty();

    [Fact]
    public void Usings_are_in_order() => s_sources.Where(f => !HasUsingsInOrder(f)).Select(f => f.Path).Should().BeEmpty();

    [Fact]
    public void Native_code_is_called_from_Interop_only() => Product().SelectMany(NativeCalls).Should().BeEmpty();

    [Fact]
    public void Onnx_does_not_see_the_engines_and_Interop_does_not_see_Onnx()
    {
        s_sources.Where(f => f.Path.StartsWith("Onnx/", StringComparison.Ordinal) && Sees(f, "Interop")).Should().BeEmpty();
        s_sources.Where(f => f.Path.StartsWith("Interop/", StringComparison.Ordinal) && Sees(f, "Onnx")).Should().BeEmpty();
    }

    [Fact]
    public void Planted_violations_are_found()
    {
        IsTooLong(new SourceFile("Onnx/Planted.cs", new string('\n', MostLines + 1))).Should().BeTrue();
        IsInAnotherNamespace(new SourceFile("Framework/Graphs/Planted.cs", "namespace Framework.Graph;\npublic class Planted;")).Should().BeTrue();
        IsInAnotherNamespace(new SourceFile("Framework/Graphs/Planted.cs", "public class Planted;")).Should().BeTrue();
        UsesGlobally(new SourceFile("Framework/Graphs/Planted.cs", "global using System.Text;\n")).Should().BeTrue();
        HasUsingsInOrder(new SourceFile("Onnx/Planted.cs", "using Framework.Graphs;\nusing System.Text;\n")).Should().BeFalse();
        HasUsingsInOrder(new SourceFile("Onnx/Planted.cs", "using Framework.Kernels.Simd;\nusing Framework.Kernels;\n")).Should().BeFalse();
        NativeCalls(new SourceFile("Onnx/Planted.cs", "[DllImport(\"libm\")] static extern double cos(double x);")).Should().ContainSingle();
        NativeCalls(new SourceFile("Framework/Tensors/Planted.cs", "[LibraryImport(\"libc\", EntryPoint = \"mmap\")]")).Should().ContainSingle();
        NativeCalls(new SourceFile("Framework/Tensors/HugePages.cs", "[LibraryImport(\"libc\", EntryPoint = \"mmap\")]")).Should().ContainSingle();
        NativeCalls(new SourceFile("Onnx/Planted.cs", "[LibraryImport(\"libc\", EntryPoint = \"statx\")]")).Should().ContainSingle();
        NativeCalls(new SourceFile("Cli/Planted.cs", "NativeLibrary.Load(\"x\");")).Should().ContainSingle();
        Sees(new SourceFile("Onnx/Planted.cs", "using Interop.OnnxRuntime;\n"), "Interop").Should().BeTrue();
    }

    private static IEnumerable<SourceFile> Product() => s_sources.Where(f => !f.Path.StartsWith("tests/", StringComparison.Ordinal));

    private static bool IsTooLong(SourceFile file) => file.LineCount > MostLines;

    // Top-level statements have no namespace.
    private static bool IsInAnotherNamespace(SourceFile file) => file.Path != "Cli/Program.cs" && file.Namespace != file.FolderNamespace;

    private static bool UsesGlobally(SourceFile file) => GlobalUsing().IsMatch(file.Code);

    /// <summary>Whether System comes first and the rest follows by name. The build checks all else of style, and eng/test.sh white space.</summary>
    private static bool HasUsingsInOrder(SourceFile file)
    {
        string[] names = [.. PlainUsing().Matches(file.Code).Select(m => m.Groups[1].Value)];
        return names.SequenceEqual(names.OrderBy(n => n.Split('.')[0] != "System").ThenBy(n => n, StringComparer.OrdinalIgnoreCase));
    }

    private static bool Sees(SourceFile file, string project) =>
        Regex.IsMatch(file.Code, $@"^using (static |\w+ = )?{project}\b", RegexOptions.Multiline);

    /// <summary>Calls of native code where none may be.</summary>
    private static IEnumerable<string> NativeCalls(SourceFile file)
    {
        if (file.Path.StartsWith("Interop/", StringComparison.Ordinal)) return [];
        return NativeCall().Matches(file.Code)
            .Where(m => !s_systemCalls.Any(c => c.Path == file.Path && file.Code[m.Index..].StartsWith(c.Call, StringComparison.Ordinal)))
            .Select(m => $"{file.Path}: {m.Value}");
    }

    [GeneratedRegex(@"\b(?:DllImport|LibraryImport|NativeLibrary)\b")]
    private static partial Regex NativeCall();

    [GeneratedRegex(@"^using ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex PlainUsing();

    [GeneratedRegex(@"^\s*global using ", RegexOptions.Multiline)]
    private static partial Regex GlobalUsing();
}
