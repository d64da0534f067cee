using Framework.Graphs;

namespace Framework.Operators;

/// <summary>The gradient of operators that only move elements.</summary>
internal static class Movement
{
    /// <summary>
    /// Lets the operator move the numbers of the places instead of the elements: where a number ends up, its element did, and there its gradient
    /// comes from. Elements that were moved to several places get the sum, those that were dropped 0.
    /// </summary>
    /// <param name="g">The node.</param>
    /// <param name="move">Applies the operator to a tensor of 64-bit integers of the input's shape.</param>
    public static Value Gradient(Differentiation g, Func<Value, Value> move) => Scatter(g.Gradient, g.Input(0).ShapeOf(), move);

    /// <summary>Adds the elements of <paramref name="moved"/> up where, in a tensor of the given shape, they came from.</summary>
    public static Value Scatter(Value moved, Value shape, Func<Value, Value> move)
    {
        var builder = moved.Owner;
        var count = shape.ElementProduct();
        var places = builder.Scalar(0, Tensors.ElementType.Int64).Range(count, builder.Scalar(1, Tensors.ElementType.Int64)).Reshape(shape);
        var zeros = moved.Number(0).Expand(count.Reshape([1]));
        return zeros.ScatterElements(move(places).Reshape([-1]), moved.Reshape([-1]), axis: 0, reduction: "add").Reshape(shape);
    }
}
