using System.Globalization;
using Framework.Errors;

namespace Onnx.Wire;

/// <summary>Where a tensor says that its elements lie.</summary>
/// <param name="Location">The file, from the model's folder on.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">How many bytes; null where that follows from the shape.</param>
internal readonly record struct ExternalReference(string Location, long Offset, long? Length)
{
    /// <summary>Reads the entries of a tensor.</summary>
    /// <exception cref="ModelFormatException">No file is named, or what should be a number is none.</exception>
    public static ExternalReference Read(TensorProto message, string place)
    {
        string? location = null;
        long offset = 0;
        long? length = null;
        foreach (var entry in message.ExternalData)
        {
            switch (entry.Key)
            {
                case "location": location = entry.Value; break;
                case "offset": offset = Number(entry, place); break;
                case "length": length = Number(entry, place); break;
            }
        }

        if (string.IsNullOrEmpty(location)) throw new ModelFormatException(place, "its elements lie in another file, but none is named.");
        return new ExternalReference(location, offset, length);
    }

    private static long Number(StringStringEntryProto entry, string place) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new ModelFormatException(place, $"the {entry.Key} '{entry.Value}' of its external data is no number.");
}
