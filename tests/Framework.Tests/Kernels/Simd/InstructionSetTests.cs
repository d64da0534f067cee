using System.Runtime.Intrinsics.X86;
using Framework.Kernels.Simd;

namespace Framework.Tests.Kernels.Simd;

/// <summary>The suite runs its kernels again with wider sets switched off, which would show nothing if the switch were not heeded.</summary>
public sealed class InstructionSetTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512", InstructionSet.Vector512)]
    [InlineData("DOTNET_EnableAVX2", InstructionSet.Vector256)]
    public void What_the_environment_switches_off_is_not_used(string variable, InstructionSet set)
    {
        bool isOff = Environment.GetEnvironmentVariable(variable) == "0";
        if (isOff) set.IsSupported.Should().BeFalse();
        set.IsSupported.Should().Be(InstructionSet.Best >= set, "sets come in the order of their widths");
        InstructionSet.Supported.Should().BeInAscendingOrder().And.EndWith(InstructionSet.Best);
    }

    [Fact]
    public void What_the_processor_has_is_used()
    {
        if (Avx512F.VL.IsSupported) InstructionSet.Best.Should().Be(InstructionSet.Vector512);
        else if (Avx2.IsSupported) InstructionSet.Best.Should().Be(InstructionSet.Vector256);
        else InstructionSet.Best.Should().BeOneOf(InstructionSet.Scalar, InstructionSet.Vector128);
    }
}
