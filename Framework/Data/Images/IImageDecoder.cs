namespace Framework.Data.Images;

/// <summary>Reads one kind of picture file. Without state, used by several threads at once.</summary>
public interface IImageDecoder
{
    /// <summary>The kind of file, as messages call it: <c>PNG</c>.</summary>
    string Kind { get; }

    /// <summary>Whether a file is of this kind, told by its first bytes.</summary>
    /// <param name="head">The file's first 16 bytes, or all of a shorter one.</param>
    bool Knows(ReadOnlySpan<byte> head);

    /// <summary>Reads a picture.</summary>
    /// <param name="file">The whole file. It may hold anything.</param>
    /// <param name="place">The file's name, for messages.</param>
    /// <exception cref="Errors.DataFormatException">The file is not what it should be; the message says where.</exception>
    Picture Decode(ReadOnlyMemory<byte> file, string place);
}
