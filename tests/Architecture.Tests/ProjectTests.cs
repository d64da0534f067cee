namespace Architecture.Tests;

public sealed class ProjectTests
{
    public static TheoryData<string, string[], string[]> Rules => new()
    {
        { "Framework", [], [] },
        { "Onnx", ["Framework"], ["Google.Protobuf", "Grpc.Tools"] },
        { "Interop", ["Framework"], [] },
        { "Validation", ["Framework", "Onnx", "Interop"], [] },
        { "Cli", ["Framework", "Onnx", "Interop", "Validation"], ["Spectre.Console", "System.CommandLine"] },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_project_references_only_what_it_may(string name, string[] projects, string[] packages) =>
        Violations(new Project(Repository.ReadProject(name)), projects, packages).Should().BeEmpty();

    [Fact]
    public void The_only_optional_package_is_the_engine_that_Interop_can_bring_along()
    {
        foreach (string name in Repository.Products)
        {
            new Project(Repository.ReadProject(name)).OptionalPackages
                .Should().BeEquivalentTo(name == "Interop" ? ["Microsoft.ML.OnnxRuntime"] : Array.Empty<string>(), name);
        }
    }

    [Fact]
    public void What_all_projects_share_gives_packages_to_tests_only()
    {
        string shared = File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props"));
        new Project(shared).Packages.Should().BeEmpty("every package there stands under the condition that the project is a test");
        shared.Should().Contain("Condition=\"'$(IsTestProject)' == 'true'\"");
    }

    [Theory]
    [InlineData("Framework")]
    [InlineData("Onnx")]
    public void It_can_be_compiled_ahead_of_time(string name) =>
        new Project(Repository.ReadProject(name)).Property("IsAotCompatible").Should().Be("true");

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "Framework.sln")).Replace('\\', '/');
        var tests = Directory.GetDirectories(Path.Combine(Repository.Root, "tests")).Select(Path.GetFileName).Select(t => $"tests/{t}/{t}");
        foreach (string project in Repository.Products.Select(p => $"{p}/{p}").Concat(tests)) solution.Should().Contain($"\"{project}.csproj\"");
    }

    [Theory]
    [InlineData("<ProjectReference Include=\"../Onnx/Onnx.csproj\" />", "project Onnx")]
    [InlineData("<ProjectReference Include=\"..\\Cli\\Cli.csproj\" />", "project Cli")]
    [InlineData("<PackageReference Include=\"Google.Protobuf\" />", "package Google.Protobuf")]
    [InlineData("<Using Include=\"System.Reflection\" />", "hidden import System.Reflection")]
    [InlineData("<Reference Include=\"Some.dll\" />", "hidden import Some.dll")]
    public void A_planted_reference_is_found(string item, string expected)
    {
        string planted = Repository.ReadProject("Framework")
            .Replace("</Project>", $"<ItemGroup>{item}</ItemGroup></Project>", StringComparison.Ordinal);
        Violations(new Project(planted), [], []).Should().Equal(expected);
    }

    private static IEnumerable<string> Violations(Project project, string[] projects, string[] packages) =>
    [
        .. project.References.Except(projects).Select(r => $"project {r}"),
        .. project.Packages.Except(packages).Select(p => $"package {p}"),
        .. project.HiddenImports.Select(i => $"hidden import {i}"),
    ];
}
