using System.Diagnostics;
using System.Globalization;
using Framework.Data;
using Framework.Data.Folders;
using Framework.Data.Images;
using Framework.Data.Sources;
using Framework.Data.Transforms;
using Framework.Models;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Benchmarks;

/// <summary>How fast data is loaded beside the training that wants it, and what memory does meanwhile. Pictures of files are made for the purpose.</summary>
internal static class LoaderRates
{
    private const int Batch = 64;

    /// <summary>Rounds that loading and training take by turns; medians count.</summary>
    private const int Rounds = 5;

    /// <summary>How often memory is looked at.</summary>
    private const int Looks = 10;

    /// <param name="threads">Threads of the training and of the loader.</param>
    /// <param name="epochs">Epochs of MNIST that are loaded for the sake of memory.</param>
    public static void Print(int threads, int epochs)
    {
        var digits = DataSets.Open("mnist", DataSplit.Train);
        ITransform[] transforms = [new RandomShift(2), new Normalize(Digits.Statistics)];
        var options = new LoaderOptions { BatchSize = Batch, Shuffle = true, Workers = threads, Transforms = transforms };
        var loader = new DataLoader(digits, options);
        using var trainer = new Trainer(new LeNet5().Initialize(1).Trace(), new TrainerOptions
        {
            Epochs = Rounds + 1,
            BatchSize = Batch,
            Threads = threads,
            Optimizer = new Sgd(momentum: 0.9f),
            Schedule = Schedule.Constant(0.01f),
            TrainTransforms = transforms,
            TestTransforms = transforms[1..],
        });

        var loads = new List<double>();
        var trains = new List<double>();
        double began = 0;
        var clock = Stopwatch.StartNew();
        trainer.Fit(digits, onEpoch: epoch =>
        {
            // The first epoch compiles.
            if (loads.Count > 0) trains.Add(digits.Count / (clock.Elapsed.TotalSeconds - began));
            loads.Add(Rate(loader, loads.Count));
            began = clock.Elapsed.TotalSeconds;
        });
        loads.RemoveAt(0);
        double load = Median(loads), train = Median(trains);
        Write($"MNIST, batches of {Batch}, shifts and normalisation, {threads} threads, medians of {Rounds} rounds by turns:");
        Write($"  LeNet-5 trains at {train:N0} images/s, its loading included; loading alone gives {load:N0} images/s: {load / train:F1} times as many");

        Memory(loader, epochs);
        Pictures(threads);
    }

    private static void Memory(DataLoader loader, int epochs)
    {
        Write($"memory over {epochs} epochs of {loader.SampleCount:N0} images:");
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            Rate(loader, epoch);
            if (epoch != 1 && epoch % Math.Max(1, epochs / Looks) != 0) continue;
            using var process = Process.GetCurrentProcess();
            Write($"  after {epoch,4}: {process.WorkingSet64 / 1e6,6:F1} MB resident, {GC.GetTotalMemory(forceFullCollection: true) / 1e6:F1} MB managed");
        }
    }

    // ImageNet's way: a random part of a picture, brought to 224 x 224, perhaps turned over, normalised.
    private static void Pictures(int threads)
    {
        const int Files = 256, Side = 256, Crop = 224;
        string folder = Directory.CreateTempSubdirectory("pictures").FullName;
        try
        {
            var random = new Random(1);
            for (int i = 0; i < Files; i++)
            {
                var picture = new Picture(Side, Side, 3);
                var (x, y) = (random.NextDouble() / 9, random.NextDouble() / 9);
                for (int p = 0; p < picture.Pixels.Length; p++)
                    picture.Pixels[p] = (byte)(127 + (90 * Math.Sin((p / 3 % Side * x) + (p / 3 / Side * y) + (p % 3))) + random.Next(16));
                string of = Path.Combine(folder, i % 2 == 0 ? "even" : "odd");
                Directory.CreateDirectory(of);
                PngEncoder.Write(Path.Combine(of, $"{i}.png"), picture);
            }

            var options = new LoaderOptions
            {
                BatchSize = 8,
                Shuffle = true,
                Workers = threads,
                Transforms = [new RandomResizedCrop(Crop, Crop), new RandomFlip(), new Normalize(new ChannelStatistics([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]))],
            };
            Write($"pictures of {Side} x {Side} in PNG files, random parts of them brought to {Crop} x {Crop}, turned over, normalised, {threads} threads:");
            Write($"  {Rate(Loader(), 0):N0} images/s where each file is read; {Kept():N0} where pictures are in memory, as they are after an epoch of a small set");

            DataLoader Loader() => new(ImageFolder.Open(folder, DataSplit.Train), options);

            double Kept()
            {
                var loader = Loader();
                return Median([.. Enumerable.Range(0, Rounds + 1).Select(epoch => Rate(loader, epoch)).Skip(1)]);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Rate(DataLoader loader, int epoch)
    {
        var clock = Stopwatch.StartNew();
        foreach (var batch in loader.Epoch(epoch)) batch.Dispose();
        return loader.SampleCount / clock.Elapsed.TotalSeconds;
    }

    private static double Median(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Write(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
