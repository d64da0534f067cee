using Framework.Tensors;

namespace Framework.Graphs;

/// <summary>What is known of a value before anything runs.</summary>
/// <param name="ElementType">The type of the elements; <see cref="ElementType.Undefined"/> where a file does not say.</param>
/// <param name="Shape">The extents; null where even their number is unknown.</param>
public sealed record Fact(ElementType ElementType, SymbolicShape? Shape)
{
    /// <summary>The elements themselves, where they are constant.</summary>
    public Tensor? Constant { get; init; }

    /// <summary>
    /// The elements of a small integer vector (or scalar) that are extents of other values: what Shape yields and Gather, Concat, Slice and
    /// arithmetic pass on, so that a Reshape further down keeps symbols such as the batch.
    /// </summary>
    public IReadOnlyList<Dimension>? Extents { get; init; }

    /// <summary>The fact of a constant.</summary>
    public static Fact Of(Tensor constant) => new(constant.ElementType, constant.Shape)
    {
        Constant = constant,
        Extents = constant.ElementType is ElementType.Int64 or ElementType.Int32 && constant is { Shape.Rank: <= 1, Count: <= 64 }
            ? Array.ConvertAll(constant.ToArray<long>(), e => (Dimension)e)
            : null,
    };

    /// <summary>Type and shape, as in <c>Float32[N,3,224,224]</c>.</summary>
    public override string ToString() => $"{ElementType}{(Shape is null ? "[?]" : Shape.ToString())}";
}
