namespace Framework.Tests.Kernels;

public sealed unsafe class GuardedFloatsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(5000)]
    public void The_floats_can_be_read_and_their_neighbours_cannot(int count)
    {
        if (OperatingSystem.IsWindows()) return;
        using var atEnd = new GuardedFloats(count);
        GuardedFloats.CanRead((byte*)atEnd.Pointer).Should().BeTrue();
        GuardedFloats.CanRead((byte*)(atEnd.Pointer + count) - 1).Should().BeTrue();
        GuardedFloats.CanRead((byte*)(atEnd.Pointer + count)).Should().BeFalse();

        using var atStart = new GuardedFloats(count, GuardedEnd.Start);
        GuardedFloats.CanRead((byte*)atStart.Pointer).Should().BeTrue();
        GuardedFloats.CanRead((byte*)atStart.Pointer - 1).Should().BeFalse();
    }
}
