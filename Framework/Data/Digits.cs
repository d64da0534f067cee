using System.IO.Compression;
using Framework.Data.Idx;

namespace Framework.Data;

/// <summary>
/// Real handwritten digits that need no download: of MNIST the first 600 of each class among the training digits and the first
/// 100 of each class among the test digits, in MNIST's order, bit for bit.
/// </summary>
/// <remarks><c>eng/MakeDigits.cs</c> makes the resource. The memory, 5.5 MB, is taken when a split is first asked for.</remarks>
public static class Digits
{
    /// <summary>Training digits of each class.</summary>
    public const int TrainPerClass = 600;

    /// <summary>Test digits of each class.</summary>
    public const int TestPerClass = 100;

    private static readonly Lazy<(IDataset Train, IDataset Test)> s_splits = new(Unpack);

    /// <summary>6,000 digits <c>[1,28,28]</c> to learn from.</summary>
    public static IDataset Train => s_splits.Value.Train;

    /// <summary>1,000 digits <c>[1,28,28]</c> of other writers to be judged on.</summary>
    public static IDataset Test => s_splits.Value.Test;

    /// <summary>"0" to "9".</summary>
    public static IReadOnlyList<string> ClassNames { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>MNIST's published mean and deviation: 0.1307 and 0.3081, over all 60,000 training digits.</summary>
    public static ChannelStatistics Statistics { get; } = new([0.1307f], [0.3081f]);

    private static (IDataset Train, IDataset Test) Unpack()
    {
        const string Resource = "digits.idx.br";
        using var packed = typeof(Digits).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is not in the assembly.");
        using var content = new BrotliStream(packed, CompressionMode.Decompress);
        var train = Next();
        return (train, Next());

        InMemoryDataset Next()
        {
            var images = IdxDataset.WithChannels(IdxFile.ReadNext(content, Resource));
            return new InMemoryDataset(images, IdxFile.ReadNext(content, Resource), ClassNames, Statistics);
        }
    }
}
