using Framework.Kernels.RandomNumbers;
using Framework.Kernels.Simd;
using Framework.Tensors;

namespace Framework.Tests.Kernels.RandomNumbers;

public sealed unsafe class RandomKernelTests
{
    public static TheoryData<int> Kernels =>
        new(from k in Enumerable.Range(0, RandomKernels.List.Count)
            where RandomKernels.List[k].Set.IsSupported && RandomKernels.List[k].Refusal(default) is null
            select k);

    /// <summary>The known answers that the authors publish with their library Random123 (kat_vectors, philox4x32 with 10 rounds).</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(
        0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Known_answers_come_out(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint w0, uint w1, uint w2, uint w3) =>
        Philox.Block(Join(k0, k1), Join(c2, c3), Join(c0, c1)).Should().Be((w0, w1, w2, w3));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_element_comes_from_its_own_word(int kernel)
    {
        for (int count = 0; count <= 130; count++)
        {
            // A seed and a stream of more than 32 bits, so that every word of key and counter is used.
            const ulong seed = 0x1_0000_002A, stream = 0x7_0000_0007;
            var target = new FencedArray<float>(count);
            RandomKernels.List[kernel].Uniform(new(count, seed, stream), target.Pointer, KernelSets.OneThread);
            float[] actual = target.ToArray();
            for (int i = 0; i < count; i++)
            {
                var (w0, w1, w2, w3) = Philox.Block(seed, stream, (ulong)(i / 4));
                uint word = (i % 4) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
                actual[i].Should().Be((float)Math.Floor(word / 256.0) / (1 << 24));
            }
        }
    }

    [Fact]
    public void Blocks_are_counted_by_64_bits()
    {
        Compare<SingleBlocks>();
        if (BlocksSideBySide<Blocks512>.IsSupported) Compare<BlocksSideBySide<Blocks512>>();
        if (BlocksSideBySide<Blocks256>.IsSupported) Compare<BlocksSideBySide<Blocks256>>();

        static void Compare<TBlocks>()
            where TBlocks : IBlockSource
        {
            const ulong first = uint.MaxValue - 3ul;
            uint* words = stackalloc uint[4 * 16];
            TBlocks.Fill(1, 2, first, 16, words);
            for (int i = 0; i < 16; i++)
                (words[4 * i], words[(4 * i) + 1], words[(4 * i) + 2], words[(4 * i) + 3]).Should().Be(Philox.Block(1, 2, first + (ulong)i));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Threads_do_not_change_a_bit_and_streams_and_seeds_differ(int kernel)
    {
        float[] Draw(ulong seed, ulong stream, Framework.Threading.WorkerPool pool)
        {
            var target = new FencedArray<float>(20_001);
            RandomKernels.List[kernel].Uniform(new(target.Length, seed, stream), target.Pointer, pool);
            return target.ToArray();
        }

        float[] one = Draw(1, 1, KernelSets.OneThread);
        Draw(1, 1, KernelSets.TwoThreads).Should().Equal(one);
        Draw(1, 1, KernelSets.ThreeThreads).Should().Equal(one);
        Draw(1, 2, KernelSets.OneThread).Should().NotEqual(one);
        Draw(2, 1, KernelSets.OneThread).Should().NotEqual(one);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Uniform_numbers_have_the_moments_of_a_uniform_distribution(int kernel)
    {
        const int count = 1 << 18;
        var target = new FencedArray<float>(count);
        RandomKernels.List[kernel].Uniform(new(count, 3, 0), target.Pointer, KernelSets.TwoThreads);
        float[] drawn = target.ToArray();

        // Five standard deviations of the mean of n numbers: the variance of x is 1/12, that of (x - 1/2)² is 1/180.
        double sigmas = 5 / Math.Sqrt(count);
        drawn.Min().Should().BeGreaterThanOrEqualTo(0);
        drawn.Max().Should().BeLessThan(1);
        drawn.Average(x => (double)x).Should().BeApproximately(0.5, sigmas * Math.Sqrt(1 / 12.0));
        drawn.Average(x => (x - 0.5) * (x - 0.5)).Should().BeApproximately(1 / 12.0, sigmas * Math.Sqrt(1 / 180.0));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Dropout_drops_by_the_same_numbers_forward_and_backward(int kernel)
    {
        const float ratio = 0.25f;
        const int count = 10_003;
        var uniform = new FencedArray<float>(count);
        var x = new FencedArray<float>(KernelSets.Random(count, 1));
        var y = new FencedArray<float>(count);
        var mask = new FencedArray<byte>(count);
        x[5] = float.NaN;
        var problem = new RandomProblem(count, 9, 4);
        var random = RandomKernels.List[kernel];
        random.Uniform(problem, uniform.Pointer, KernelSets.OneThread);
        random.Dropout(problem, ratio, x.Pointer, y.Pointer, mask.Pointer, KernelSets.TwoThreads);

        float[] expected = [.. x.ToArray().Select((v, i) => uniform[i] >= ratio ? v * (1 / (1 - ratio)) : 0)];
        y.ToArray().Should().Equal(expected);
        mask.ToArray().Should().Equal(uniform.ToArray().Select(u => u >= ratio ? (byte)1 : (byte)0));
        random.Dropout(problem, ratio, x.Pointer, x.Pointer, null, KernelSets.ThreeThreads);
        x.ToArray().Should().Equal(expected);
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(1f)]
    [InlineData(float.NaN)]
    public void A_ratio_out_of_range_is_refused(float ratio) =>
        RandomKernels.List[0].Invoking(k => k.Dropout(new(4, 0, 0), ratio, null, null, null, KernelSets.OneThread))
            .Should().Throw<ArgumentOutOfRangeException>();

    private static ulong Join(uint low, uint high) => low | ((ulong)high << 32);
}
