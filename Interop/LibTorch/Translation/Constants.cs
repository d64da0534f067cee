using Framework.Graphs;
using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>Elements that are known before anything runs.</summary>
internal static class Constants
{
    /// <summary>The elements of a value, or null where they depend on data.</summary>
    public static Tensor? Of(Fact fact)
    {
        if (fact.Constant is { } constant) return constant;
        if (fact.Extents is not { } extents || fact.Shape is not { IsKnown: true } shape || !extents.All(e => e.IsKnown)) return null;
        return Tensor.From([.. extents.Select(e => e.Value)], shape.ToShape()).To(fact.ElementType);
    }
}
