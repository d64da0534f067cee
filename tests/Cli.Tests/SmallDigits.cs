using Framework.Data;
using Framework.Data.Idx;
using Framework.Tensors;

namespace Cli.Tests;

/// <summary>Some of the embedded digits as IDX files, so that a training run takes a moment.</summary>
internal static class SmallDigits
{
    public const int TrainCount = 500;
    public const int TestCount = 100;

    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        Write(folder, DataSplit.Train, Digits.Train, TrainCount);
        Write(folder, DataSplit.Test, Digits.Test, TestCount);
    }

    private static void Write(string folder, DataSplit split, IDataset digits, int count)
    {
        var images = new Tensor(ElementType.UInt8, [count, 28, 28]);
        var labels = new Tensor(ElementType.UInt8, [count]);
        var sample = new float[28 * 28];
        for (int i = 0; i < count; i++)
        {
            labels.AsSpan<byte>()[i] = (byte)digits.Read(i, sample);
            var pixels = images.AsSpan<byte>().Slice(i * sample.Length, sample.Length);
            for (int p = 0; p < sample.Length; p++) pixels[p] = (byte)MathF.Round(sample[p] * 255);
        }

        IdxFile.Write(Path.Combine(folder, IdxFolder.ImagesName(split)), images);
        IdxFile.Write(Path.Combine(folder, IdxFolder.LabelsName(split)), labels);
    }
}
