using Framework.Data.Images;
using Framework.Data.Sources;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data;

/// <summary>How a data set is opened. What does not concern a data set is ignored by it.</summary>
public sealed record DataOptions
{
    /// <summary>Where fetched data sets are; null for <see cref="DataCache.Default"/>.</summary>
    public DataCache? Cache { get; init; }

    /// <summary>Reads picture files; replace it to read kinds that are not known here.</summary>
    public ImageReader Images { get; init; } = ImageReader.Managed;

    /// <summary>
    /// The extents [channels, rows, columns] that pictures of files are brought to, and numbers of CSV files are seen as; null takes what the first
    /// file has.
    /// </summary>
    public Shape? Sample { get; init; }

    /// <summary>The share of each class that is kept for testing where the files say nothing of it.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>Decides which samples those are.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Called for each file or line that is not what it should be, which is then left out; null makes it an error.</summary>
    public Action<DataFormatException>? Skip { get; init; }

    /// <summary>Reads something that may be bad: where it is and bad ones are to be skipped, gives null.</summary>
    internal T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (DataFormatException bad) when (Skip is not null)
        {
            Skip(bad);
            return null;
        }
    }
}
