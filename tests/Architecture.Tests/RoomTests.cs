namespace Architecture.Tests;

public sealed class RoomTests
{
    private static readonly SourceFile[] s_sources = [.. Repository.Sources("Framework")];

    [Fact]
    public void Every_room_of_Framework_sees_only_what_the_table_allows() => Rooms.Violations(s_sources).Should().BeEmpty();

    [Fact]
    public void Only_Lowering_sees_operators_and_kernels() =>
        Rooms.MaySee.Where(r => r.Value.Contains("Kernels") && r.Value.Contains("Operators")).Select(r => r.Key).Should().Equal("Lowering");

    [Theory]
    [InlineData("Kernels/Gemm", "using Framework.Operators;", "Kernels may not see Operators")]
    [InlineData("Kernels/Gemm", "using static Framework.Graphs.GraphVerifier;", "Kernels may not see Graphs.GraphVerifier")]
    [InlineData("Kernels", "using G = Framework.Graphs.Graph;", "Kernels may not see Graphs.Graph")]
    [InlineData("Operators", "using Framework.Kernels.Simd;", "Operators may not see Kernels.Simd")]
    [InlineData("Operators", "class Planted { object x = new global::Framework.Execution.Plan(); }", "Operators may not see Execution.Plan")]
    [InlineData("Operators", "class Planted { Lowering.Pipeline? x; }", "Operators may not see Lowering.Pipeline")]
    [InlineData("Graphs", "class Planted { object x = Lowering.Pipeline.Lower; }", "Graphs may not see Lowering.Pipeline.Lower")]
    [InlineData("Execution", "using Framework.Kernels.Gemm;", "Execution may not see Kernels.Gemm")]
    [InlineData("Models", "using Framework.Training;", "Models may not see Training")]
    [InlineData("Attic", "class Planted;", "does not say what the room Attic may see")]
    public void A_planted_violation_is_found(string folder, string code, string expected)
    {
        var planted = new SourceFile($"Framework/{folder}/Planted.cs", $"{code}\n");
        OfPlanted(planted).Should().ContainSingle().Which.Should().Contain(expected);
    }

    [Theory]
    [InlineData("Kernels", "using Framework.Threading;")]
    [InlineData("Kernels", "// What Framework.Operators calls a Conv.\n")]
    [InlineData("Kernels", "/// <summary><see cref=\"Framework.Graphs.Graph\"/></summary>\nclass Planted;")]
    [InlineData("Tensors", "class Planted { string[] Data = []; int x => Data.Length; }")]
    [InlineData("Execution", "using Framework.Kernels.Simd;")]
    [InlineData("Data", "using Framework.Errors;")]
    public void What_is_allowed_is_not_found(string folder, string code) =>
        OfPlanted(new SourceFile($"Framework/{folder}/Planted.cs", code)).Should().BeEmpty();

    private static IEnumerable<string> OfPlanted(SourceFile planted) =>
        Rooms.Violations([.. s_sources, planted]).Where(v => v.StartsWith(planted.Path, StringComparison.Ordinal));
}
