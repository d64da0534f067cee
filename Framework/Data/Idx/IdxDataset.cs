using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Idx;

/// <summary>Pictures and their labels from a pair of IDX files.</summary>
public static class IdxDataset
{
    /// <summary>Reads both files into memory.</summary>
    /// <param name="images">Bytes, <c>[count, rows, columns]</c> or <c>[count, channels, rows, columns]</c>.</param>
    /// <param name="labels">Bytes, <c>[count]</c>.</param>
    /// <param name="classNames">What each label means; null for "0", "1" and so on up to the largest label.</param>
    /// <param name="statistics">Of the training split, where known.</param>
    /// <exception cref="UsageException">A file is not there.</exception>
    /// <exception cref="DataFormatException">A file is not what it should be, or they do not belong together.</exception>
    public static InMemoryDataset Open(
        string images, string labels, IReadOnlyList<string>? classNames = null, ChannelStatistics? statistics = null)
    {
        var classes = ReadLabels(labels);
        var pictures = IdxFile.Read(images);
        if (pictures.ElementType != ElementType.UInt8 || pictures.Shape.Rank is not (3 or 4))
        {
            throw new DataFormatException(
                images, $"holds {pictures}; images are UInt8[count,rows,columns] or UInt8[count,channels,rows,columns].", RemedyForSwap(pictures));
        }

        if (pictures.Count == 0) throw new DataFormatException(images, $"holds {pictures}: no picture.");
        if (classes.Count != pictures.Shape[0])
        {
            throw new DataFormatException(
                labels, $"byte 4: {classes.Count} labels for the {pictures.Shape[0]} images of {images}.", "Do the files belong together?");
        }

        classNames ??= NumberedClasses(classes);
        CheckLabels(classes, labels, classNames.Count);
        return new InMemoryDataset(WithChannels(pictures), classes, classNames, statistics);
    }

    /// <summary>Reads a file of labels: bytes, <c>[count]</c>.</summary>
    internal static Tensor ReadLabels(string path)
    {
        var labels = IdxFile.Read(path);
        if (labels.ElementType != ElementType.UInt8 || labels.Shape.Rank != 1)
            throw new DataFormatException(path, $"holds {labels}; labels are UInt8[count].", RemedyForSwap(labels));
        return labels;
    }

    /// <summary>Classes named by their numbers, as many as the largest label asks for.</summary>
    internal static IReadOnlyList<string> NumberedClasses(Tensor labels)
    {
        int largest = 0;
        foreach (byte label in labels.AsSpan<byte>()) largest = Math.Max(largest, label);
        return [.. Enumerable.Range(0, largest + 1).Select(c => $"{c}")];
    }

    /// <summary><c>[count, rows, columns]</c> with an axis for the one channel; four axes stay.</summary>
    internal static Tensor WithChannels(Tensor pictures) =>
        pictures.Shape.Rank == 4 ? pictures : pictures.Reshape([pictures.Shape[0], 1, pictures.Shape[1], pictures.Shape[2]]);

    private static void CheckLabels(Tensor labels, string path, int classes)
    {
        const int HeaderBytes = 8; // magic number and one dimension
        int wrong = labels.AsSpan<byte>().IndexOfAnyExceptInRange((byte)0, (byte)(classes - 1));
        if (wrong >= 0)
            throw new DataFormatException(path, $"byte {HeaderBytes + wrong}: label {labels.AsSpan<byte>()[wrong]} is outside 0 to {classes - 1}.");
    }

    private static string? RemedyForSwap(Tensor found) =>
        found is { ElementType: ElementType.UInt8, Shape.Rank: 1 or 3 or 4 } ? "Are images and labels swapped?" : null;
}
