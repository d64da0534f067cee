using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Execution;

/// <summary>Checks what a user gives against what a graph takes, before anything runs.</summary>
public static class InputCheck
{
    /// <summary>Checks number, types and shapes; symbols must stand for the same extent everywhere. Only who computes in float64 takes it for Float32.</summary>
    /// <exception cref="ShapeException">An input does not fit.</exception>
    public static void Check(Graph graph, IReadOnlyList<Tensor> inputs, Precision precision = Precision.Native)
    {
        if (inputs.Count != graph.Inputs.Count)
        {
            throw new ShapeException(
                $"graph {graph.Name}", $"takes {graph.Inputs.Count} inputs ({string.Join(", ", graph.Inputs.Select(i => i.Name))}), {inputs.Count} were given.");
        }

        var symbols = new Dictionary<Dimension, int>();
        for (int i = 0; i < inputs.Count; i++) Check(graph.Inputs[i], inputs[i], precision, symbols);
    }

    private static void Check(Value input, Tensor given, Precision precision, Dictionary<Dimension, int> symbols)
    {
        bool sameType = given.ElementType == input.ElementType
            || (precision == Precision.Float64 && input.ElementType == ElementType.Float32 && given.ElementType == ElementType.Float64);
        if (!sameType && input.ElementType != ElementType.Undefined)
            throw new ShapeException($"input '{input.Name}'", $"takes {input.ElementType}, {given.ElementType} was given.");
        if (input.Shape is not { } shape) return;
        bool fits = shape.Rank == given.Shape.Rank;
        for (int axis = 0; fits && axis < shape.Rank; axis++)
        {
            int extent = given.Shape[axis];
            if (shape[axis].IsKnown) fits = shape[axis].Value == extent;
            else if (symbols.TryGetValue(shape[axis], out int bound)) fits = bound == extent;
            else symbols.Add(shape[axis], extent);
        }

        if (!fits) throw new ShapeException($"input '{input.Name}'", $"takes the shape {shape}, {given.Shape} was given.");
    }
}
