using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels;

/// <summary>What the tests of all kernel families share: the sets and sizes they run through, and threads.</summary>
internal static class KernelSets
{
    /// <summary>Every tail of the widest vector, with none to three whole vectors before it.</summary>
    public const int LongestTail = (3 * 16) + 1;

    public static readonly WorkerPool OneThread = new(1);

    public static readonly WorkerPool TwoThreads = new(2);

    public static readonly WorkerPool ThreeThreads = new(3);

    public static TheoryData<InstructionSet> Supported => new(InstructionSet.Supported);

    /// <summary>Floats from a fixed seed, so that a failure repeats.</summary>
    public static float[] Random(int count, int seed, float scale = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (((float)random.NextDouble() * 2) - 1) * scale)];
    }

    /// <summary>Whole numbers so small that sums of products of them are exact.</summary>
    public static float[] Whole(int count, int seed, int magnitude = 8)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-magnitude, magnitude + 1))];
    }

    /// <summary>The bits, so that NaNs and signs of zeros are compared too.</summary>
    public static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (int i = 0; i < bits.Length; i++) bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        return bits;
    }
}
