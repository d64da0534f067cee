using Framework.Execution;
using Framework.Graphs;
using Framework.Modules;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Modules;

/// <summary>Modules applied to tensors, in float64: what rounds is only what a test writes down as binary32.</summary>
internal static class Applied
{
    /// <summary>The module's output, row by row.</summary>
    public static double[] To(Tensor x, Module module) => Whole(x, module).ToArray<double>();

    /// <summary>The module's output.</summary>
    public static Tensor Whole(Tensor x, Module module)
    {
        using var interpreter = new Interpreter(module.Trace(x.Shape), Precision.Float64);
        return interpreter.Run(x)[0];
    }

    /// <summary>The shape that a module makes of an input.</summary>
    public static SymbolicShape ShapeAfter(SymbolicShape input, Module module) => module.Trace(input).Outputs[0].Shape!;

    /// <summary>Gives a parameter its elements.</summary>
    public static T With<T>(this T module, string parameter, params float[] values)
        where T : Module
    {
        var found = module.Parameters().Single(p => p.Name == parameter);
        found.Load(Tensor.From(values, found.Shape));
        return module;
    }

    /// <summary>Elements that differ from place to place: whole numbers from -7 to 7, so that float64 sums are exact.</summary>
    public static Tensor Whole(params ReadOnlySpan<int> shape)
    {
        var tensor = new Tensor(ElementType.Float32, new Shape(shape));
        var random = new CounterRandom(7, tensor.Count);
        foreach (ref float element in tensor.AsSpan<float>()) element = random.NextInt(15) - 7;
        return tensor;
    }

    /// <summary>Gives every parameter whole numbers.</summary>
    public static T WithWholeNumbers<T>(this T module)
        where T : Module
    {
        foreach (var parameter in module.Parameters()) parameter.Load(Whole(parameter.Shape.Extents));
        return module;
    }
}
