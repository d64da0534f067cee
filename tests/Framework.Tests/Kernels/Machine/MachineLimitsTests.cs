using Framework.Kernels.Machine;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels.Machine;

public class MachineLimitsTests
{
    public static TheoryData<InstructionSet> Sets => [.. InstructionSet.Supported];

    // No figure is expected here, since tests are not timed; only that one comes for every width.
    [Theory]
    [MemberData(nameof(Sets))]
    public void Limits_are_positive_and_name_their_instruction_set(InstructionSet set)
    {
        using var pool = new WorkerPool(1);

        var limits = MachineLimits.Measure(pool, set);

        limits.InstructionSet.Should().Be(set);
        limits.Flops.Should().BePositive().And.BeLessThan(double.PositiveInfinity);
        limits.ReadBytes.Should().BePositive().And.BeLessThan(double.PositiveInfinity);
    }
}
