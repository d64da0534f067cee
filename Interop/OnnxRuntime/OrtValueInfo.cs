using System.Globalization;
using Framework.Tensors;

namespace Interop.OnnxRuntime;

/// <summary>An extent of an input or output: a number, or a name, or neither where the model leaves it open.</summary>
/// <param name="Extent">The number; null where it is not fixed.</param>
/// <param name="Symbol">The name; null where it has none.</param>
public readonly record struct OrtDimension(long? Extent, string? Symbol)
{
    /// <summary>The number, the name, or a question mark.</summary>
    public override string ToString() => Extent?.ToString(CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}

/// <summary>What a session says of one of its inputs or outputs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">Its element type; <see cref="ElementType.Undefined"/> where it is no tensor or of a type unknown here.</param>
/// <param name="Dimensions">Its extents; none where the model does not tell the rank.</param>
public sealed record OrtValueInfo(string Name, ElementType ElementType, IReadOnlyList<OrtDimension> Dimensions)
{
    /// <summary>Name, type and extents, as in <c>input: Float32[batch,1,28,28]</c>.</summary>
    public override string ToString() => $"{Name}: {ElementType}[{string.Join(',', Dimensions)}]";
}
