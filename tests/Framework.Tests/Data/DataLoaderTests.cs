using System.Collections.Concurrent;
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Tests.Data;

public class DataLoaderTests
{
    private const int Samples = 103;
    private const int BatchSize = 10;

    public static TheoryData<int, int> WaysOfPrefetching
    {
        get
        {
            var ways = new TheoryData<int, int>();
            foreach (int prefetch in new[] { 0, 1, 2, 7, 100 })
                foreach (int workers in new[] { 1, 2, 4 }) ways.Add(prefetch, workers);
            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(WaysOfPrefetching))]
    public void In_order_every_sample_comes_once_at_its_place(int prefetch, int workers)
    {
        var loader = new DataLoader(new Numbers(), new LoaderOptions { BatchSize = BatchSize, Prefetch = prefetch, Workers = workers });
        loader.BatchCount.Should().Be(11);
        int next = 0;
        foreach (var batch in loader.Epoch(0))
        {
            using (batch)
            {
                batch.Number.Should().Be(next / BatchSize);
                batch.Count.Should().Be(batch.Number == 10 ? 3 : BatchSize);
                batch.Images.Shape.Should().Equal(batch.Count, 1, 2, 2);
                batch.Labels.Shape.Should().Equal(batch.Count);
                for (int i = 0; i < batch.Count; i++, next++)
                {
                    batch.Indices[i].Should().Be(next);
                    batch.Labels.AsSpan<long>()[i].Should().Be(next % 3);
                    batch.Images.AsSpan<float>().Slice(i * 4, 4).ToArray().Should().Equal(next, next + 0.25f, next + 0.5f, next + 0.75f);
                }
            }
        }

        next.Should().Be(Samples);
    }

    [Theory]
    [MemberData(nameof(WaysOfPrefetching))]
    public void Prefetching_and_threads_do_not_change_a_bit(int prefetch, int workers)
    {
        var plain = Shuffled(new LoaderOptions { Prefetch = 0 }, new Numbers());
        var ahead = Shuffled(new LoaderOptions { Prefetch = prefetch, Workers = workers }, new Numbers { Jitter = true });
        for (int epoch = 0; epoch < 2; epoch++) Read(ahead.Epoch(epoch)).Should().Equal(Read(plain.Epoch(epoch)));
    }

    [Fact]
    public void Shuffling_gives_each_epoch_and_seed_an_order_of_its_own_and_loses_nothing()
    {
        int[] Order(long seed, int epoch) => Indices(Shuffled(new LoaderOptions { Seed = seed }, new Numbers()).Epoch(epoch));

        Order(1, 0).Order().Should().Equal(Enumerable.Range(0, Samples));
        Order(1, 0).Should().Equal(Order(1, 0));
        Order(1, 0).Should().NotEqual(Order(1, 1));
        Order(1, 0).Should().NotEqual(Order(2, 0));
        Order(1, 0).Should().NotEqual(Enumerable.Range(0, Samples));
    }

    [Fact]
    public void The_order_of_a_seed_is_for_ever()
    {
        // Runs are resumed and compared across versions. Computed by hand from SplitMix64 and Fisher-Yates.
        var loader = Shuffled(new LoaderOptions { Seed = 1 }, new Numbers { Count = 10 });
        Indices(loader.Epoch(0)).Should().Equal(1, 7, 6, 4, 3, 0, 9, 2, 8, 5);
        Indices(loader.Epoch(1)).Should().Equal(2, 6, 8, 9, 1, 3, 0, 7, 4, 5);
    }

    [Fact]
    public void Every_place_is_as_likely_for_a_sample()
    {
        const int Count = 5, Epochs = 4000;
        double sixDeviations = 6 * Math.Sqrt(Epochs * (1.0 / Count) * (1 - (1.0 / Count))); // of a binomial count
        var loader = Shuffled(new LoaderOptions { Prefetch = 0 }, new Numbers { Count = Count });
        var seen = new int[Count, Count];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            int[] order = Indices(loader.Epoch(epoch));
            for (int place = 0; place < Count; place++) seen[place, order[place]]++;
        }

        seen.Cast<int>().Should().OnlyContain(n => Math.Abs(n - (Epochs / Count)) < sixDeviations);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(11)]
    public void An_epoch_goes_on_from_any_batch(int firstBatch)
    {
        var loader = Shuffled(new LoaderOptions(), new Numbers());
        Read(loader.Epoch(4, firstBatch)).Should().Equal(Read(loader.Epoch(4)).Skip(firstBatch));
    }

    [Fact]
    public void A_partial_batch_is_dropped_on_request()
    {
        var loader = new DataLoader(new Numbers(), new LoaderOptions { BatchSize = BatchSize, DropLast = true });
        loader.SampleCount.Should().Be(100);
        loader.BatchCount.Should().Be(10);
        Indices(loader.Epoch(0)).Should().Equal(Enumerable.Range(0, 100));
    }

    [Fact]
    public void Fewer_samples_than_a_batch_are_one_batch_or_none()
    {
        var few = new Numbers { Count = 3 };
        Indices(new DataLoader(few, new LoaderOptions { BatchSize = 64 }).Epoch(0)).Should().Equal(0, 1, 2);
        new DataLoader(few, new LoaderOptions { BatchSize = 64, DropLast = true }).Epoch(0).Should().BeEmpty();
        new DataLoader(new Numbers { Count = 0 }, new LoaderOptions()).Epoch(0).Should().BeEmpty();
    }

    [Fact]
    public void Transforms_run_in_order_and_may_change_the_shape()
    {
        var loader = new DataLoader(new Numbers(), new LoaderOptions
        {
            BatchSize = 2,
            Transforms = [new Normalize(1f, 0.5f), new RepeatEach(3), new Normalize(0f, 2f), new RepeatEach(2)],
        });
        loader.SampleShape.Should().Equal(1, 2, 12);
        using var batch = loader.Epoch(0).First();
        batch.Images.Shape.Should().Equal(2, 1, 2, 12);
        float[] second = [.. new[] { 1f, 1.25f, 1.5f, 1.75f }.SelectMany(v => Enumerable.Repeat((v - 1f) / 0.5f / 2f, 6))];
        batch.Images.AsSpan<float>()[24..].ToArray().Should().Equal(second);
    }

    [Fact]
    public void Chance_is_the_same_for_a_sample_wherever_it_stands_and_another_in_each_epoch_and_transform()
    {
        Dictionary<int, float> Drawn(LoaderOptions options, int epoch)
        {
            var drawn = new Dictionary<int, float>();
            foreach (var batch in new DataLoader(new Numbers(), options with { Transforms = [new Noise()] }).Epoch(epoch))
                for (int i = 0; i < batch.Count; i++) drawn[batch.Indices[i]] = batch.Images.AsSpan<float>()[i * 4] - batch.Indices[i];
            return drawn;
        }

        var inOrder = Drawn(new LoaderOptions { BatchSize = 4 }, 1);
        inOrder.Values.Should().OnlyHaveUniqueItems();
        Drawn(new LoaderOptions { BatchSize = 7, Shuffle = true }, 1).Should().BeEquivalentTo(inOrder);
        Drawn(new LoaderOptions { BatchSize = 4 }, 2).Values.Should().NotIntersectWith(inOrder.Values);

        var twice = new DataLoader(new Numbers { Count = 1 }, new LoaderOptions { Transforms = [new Noise(), new Noise()] });
        twice.Epoch(1).First().Images.AsSpan<float>()[0].Should().NotBe(2 * inOrder[0], "the second transform draws its own");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Live_batches_never_share_memory(int prefetch)
    {
        var loader = Shuffled(new LoaderOptions { Prefetch = prefetch, Workers = 2 }, new Numbers());
        var expected = Read(loader.Epoch(0)).Concat(Read(loader.Epoch(1))).ToArray(); // also fills the pool with used memory

        var kept = loader.Epoch(0).Concat(loader.Epoch(1)).ToArray();
        kept.Select(b => b.Images.Storage).Should().OnlyHaveUniqueItems();
        kept.Select(Text).Should().Equal(expected);
    }

    [Fact]
    public void Memory_given_back_is_filled_again()
    {
        var loader = new DataLoader(new Numbers(), new LoaderOptions { BatchSize = BatchSize, Prefetch = 2, Workers = 2 });
        var storages = new HashSet<Storage>(ReferenceEqualityComparer.Instance);
        for (int epoch = 0; epoch < 5; epoch++)
        {
            foreach (var batch in loader.Epoch(epoch))
                using (batch) storages.Add(batch.Images.Storage);
        }

        storages.Should().HaveCountLessThanOrEqualTo(3, "two are prefetched while one is used");
    }

    [Fact]
    public void A_batch_given_back_cannot_be_used()
    {
        var batch = new DataLoader(new Numbers(), new LoaderOptions()).Epoch(0).First();
        batch.Dispose();
        batch.Dispose();
        Action images = () => _ = batch.Images;
        Action labels = () => _ = batch.Labels;
        Action indices = () => _ = batch.Indices.Length;
        images.Should().Throw<ObjectDisposedException>();
        labels.Should().Throw<ObjectDisposedException>();
        indices.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_batch_given_back_twice_is_given_back_once()
    {
        var loader = new DataLoader(new Numbers(), new LoaderOptions { BatchSize = BatchSize, Prefetch = 2 });
        var kept = loader.Epoch(0).ToArray(); // all of them, so that the pool is empty
        kept[0].Dispose();
        kept[0].Dispose();
        loader.Epoch(0).Select(b => b.Images.Storage).ToArray().Should().OnlyHaveUniqueItems("what was given back once is lent once");
    }

    [Fact]
    public void A_steady_epoch_allocates_little_more_than_the_batch_objects()
    {
        const int BytesForEachBatch = 256; // the object that stands for a batch; its memory is 40 times as much
        var loader = new DataLoader(
            new Numbers { Count = 4000 }, new LoaderOptions { BatchSize = 500, Prefetch = 0, Transforms = [new Normalize(0f, 1f)] });
        long Allocated(int firstBatch)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var batch in loader.Epoch(0, firstBatch)) batch.Dispose();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(0);
        long epochItself = Allocated(loader.BatchCount);
        (Allocated(0) - epochItself).Should().BeLessThanOrEqualTo(BytesForEachBatch * loader.BatchCount);
    }

    [Theory]
    [MemberData(nameof(WaysOfPrefetching))]
    public void A_sample_that_cannot_be_read_fails_its_own_batch(int prefetch, int workers)
    {
        var loader = new DataLoader(
            new Numbers { Broken = 57 }, new LoaderOptions { BatchSize = BatchSize, Prefetch = prefetch, Workers = workers });
        int read = 0;
        var consume = () =>
        {
            foreach (var batch in loader.Epoch(0))
                using (batch) read++;
        };
        consume.Should().Throw<DataFormatException>().WithMessage("sample 57: broken");
        read.Should().Be(5);
    }

    [Fact]
    public void No_more_is_read_ahead_than_was_asked_for_and_leaving_stops_it()
    {
        var data = new Numbers();
        var loader = new DataLoader(data, new LoaderOptions { BatchSize = 1, Prefetch = 3, Workers = 2 });
        using (var epoch = loader.Epoch(0).GetEnumerator())
        {
            epoch.MoveNext();
            SpinWait.SpinUntil(() => data.Reads.Count >= 4, TimeSpan.FromSeconds(10)).Should().BeTrue("three are made beyond the one taken");
            Thread.Sleep(50);
            data.Reads.Should().HaveCount(4);
        }

        Thread.Sleep(50);
        data.Reads.Should().HaveCount(4);
    }

    [Fact]
    public void Two_epochs_may_be_read_at_once()
    {
        var loader = Shuffled(new LoaderOptions(), new Numbers());
        var expected = (Read(loader.Epoch(0)), Read(loader.Epoch(1)));
        var (first, second) = (new List<string>(), new List<string>());
        foreach (var (a, b) in loader.Epoch(0).Zip(loader.Epoch(1)))
        {
            first.Add(Text(a));
            second.Add(Text(b));
            a.Dispose();
            b.Dispose();
        }

        first.Should().Equal(expected.Item1);
        second.Should().Equal(expected.Item2);
    }

    [Fact]
    public void Options_out_of_range_are_refused_at_once()
    {
        Action Make(LoaderOptions options) => () => _ = new DataLoader(new Numbers(), options);
        Make(new LoaderOptions { BatchSize = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        Make(new LoaderOptions { Prefetch = -1 }).Should().Throw<ArgumentOutOfRangeException>();
        Make(new LoaderOptions { Workers = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        Make(new LoaderOptions { Transforms = [new Normalize(new ChannelStatistics([0f, 0f], [1f, 1f]))] }).Should().Throw<ShapeException>();

        var loader = new DataLoader(new Numbers(), new LoaderOptions());
        Action negative = () => loader.Epoch(-1);
        Action behind = () => loader.Epoch(0, loader.BatchCount + 1);
        negative.Should().Throw<ArgumentOutOfRangeException>();
        behind.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static DataLoader Shuffled(LoaderOptions options, IDataset data) =>
        new(data, options with { BatchSize = BatchSize, Shuffle = true, Transforms = [new Noise(), new RepeatEach(2), new Noise()] });

    private static int[] Indices(IEnumerable<Batch> epoch) => [.. epoch.SelectMany(b => b.Indices.ToArray())];

    private static string[] Read(IEnumerable<Batch> epoch)
    {
        var texts = new List<string>();
        foreach (var batch in epoch)
            using (batch) texts.Add(Text(batch));
        return [.. texts];
    }

    /// <summary>All that a batch holds, bit by bit.</summary>
    private static string Text(Batch batch) =>
        $"{batch.Epoch}/{batch.Number} {string.Join(',', batch.Indices.ToArray())} " +
        Convert.ToHexString(batch.Labels.AsBytes()) + Convert.ToHexString(batch.Images.AsBytes());

    /// <summary>Sample i holds i, i + 1/4, i + 1/2, i + 3/4 and is of the class i modulo 3.</summary>
    private sealed class Numbers : IDataset
    {
        public int Count { get; init; } = Samples;

        public int Broken { get; init; } = -1;

        /// <summary>Whether reading takes now longer, now shorter, so that threads overtake each other.</summary>
        public bool Jitter { get; init; }

        public ConcurrentQueue<int> Reads { get; } = new();

        public Shape SampleShape { get; } = [1, 2, 2];

        public IReadOnlyList<string> ClassNames { get; } = ["0", "1", "2"];

        public ChannelStatistics? Statistics => null;

        public int Read(int index, Span<float> sample)
        {
            if (Jitter && index % 20 == 0) Thread.Sleep(index % 7);
            if (index == Broken) throw new DataFormatException($"sample {index}", "broken");
            if (Count <= Samples) Reads.Enqueue(index);
            for (int i = 0; i < sample.Length; i++) sample[i] = index + (i * 0.25f);
            return index % 3;
        }
    }

    /// <summary>Adds a random number to all values.</summary>
    private sealed class Noise : ITransform
    {
        public Shape ShapeAfter(Shape sample) => sample;

        public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
        {
            float noise = random.NextInt(1 << 20) / (float)(1 << 17);
            for (int i = 0; i < source.Length; i++) target[i] = source[i] + noise;
        }
    }

    /// <summary>Each column several times.</summary>
    private sealed class RepeatEach(int times) : ITransform
    {
        public Shape ShapeAfter(Shape sample) => [sample[0], sample[1], sample[2] * times];

        public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
        {
            for (int i = 0; i < target.Length; i++) target[i] = source[i / times];
        }
    }
}
