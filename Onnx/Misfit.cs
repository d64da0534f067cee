using Framework.Errors;

namespace Onnx;

/// <summary>
/// The border between a file and the code that reads its nodes. Operators and steps trust whoever wires them to read their documentation; a file
/// need not have, and what they then stumble over is the file's fault.
/// </summary>
internal static class Misfit
{
    /// <summary>Does something with a node out of a file.</summary>
    /// <exception cref="ModelFormatException">Operands or attributes are not such as the operator takes.</exception>
    public static void Guard(string place, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or IndexOutOfRangeException or InvalidCastException or InvalidOperationException or NullReferenceException)
        {
            throw new ModelFormatException(place, "its operands or attributes are not such as the operator takes.", null, e);
        }
    }

    /// <summary>The same error with its place inside another.</summary>
    public static FrameworkException Located(FrameworkException e, string place) => e switch
    {
        ShapeException => new ShapeException($"{place}, {e.Place}", e.Problem, e.Remedy, e),
        UnsupportedModelException => new UnsupportedModelException($"{place}, {e.Place}", e.Problem, e.Remedy, e),
        _ => new ModelFormatException($"{place}, {e.Place}", e.Problem, e.Remedy, e),
    };
}
