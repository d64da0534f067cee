namespace Framework.Kernels.Elementwise;

/// <summary>How an operand of a program lies in memory. Steps compute in floats; truth values are 1 and 0 among them.</summary>
public enum ElementwiseType
{
    /// <summary>A float an element.</summary>
    Float,

    /// <summary>A byte an element: 0 is false, all else is true; true is written as 1.</summary>
    Boolean,
}

/// <summary>A value of a program that is being built: an input, a constant, or the result of a step.</summary>
/// <param name="Index">Its number within the program.</param>
public readonly record struct ElementwiseValue(int Index);

/// <summary>
/// A chain of elementwise steps that is computed in one pass over memory: inputs, constants, steps in order, outputs. One
/// step alone is a chain too. Immutable; made by <see cref="ElementwiseBuilder"/>.
/// </summary>
public sealed class ElementwiseProgram
{
    private readonly ElementwiseType[] _inputs;
    private readonly ElementwiseType[] _outputs;
    private readonly float[] _constants;
    private readonly ElementwiseStep[] _steps;
    private readonly int[] _lastReads;
    private readonly int[] _writes;

    internal ElementwiseProgram(
        ElementwiseType[] inputs,
        ElementwiseType[] outputs,
        float[] constants,
        ElementwiseStep[] steps,
        int temporaryCount,
        int[] lastReads,
        int[] writes)
    {
        _inputs = inputs;
        _outputs = outputs;
        _constants = constants;
        _steps = steps;
        TemporaryCount = temporaryCount;
        _lastReads = lastReads;
        _writes = writes;
    }

    /// <summary>The types of the inputs, in the order in which they were declared.</summary>
    public ReadOnlySpan<ElementwiseType> Inputs => _inputs;

    /// <summary>The types of the outputs, in the order in which they were declared.</summary>
    public ReadOnlySpan<ElementwiseType> Outputs => _outputs;

    internal ReadOnlySpan<float> Constants => _constants;

    internal ReadOnlySpan<ElementwiseStep> Steps => _steps;

    /// <summary>Values that live only between steps and need a tile each.</summary>
    internal int TemporaryCount { get; }

    /// <summary>Whether an output may be written over an input: no step reads the input after the output's is written.</summary>
    internal bool MayOverwrite(int input, int output) => _inputs[input] == _outputs[output] && _lastReads[input] <= _writes[output];
}

/// <summary>
/// A step as a kernel runs it. Its operands are slots: inputs first, then outputs, constants and temporaries.
/// </summary>
internal readonly record struct ElementwiseStep(
    ElementwiseOperation Operation, int A, int B, int C, int Result, float Alpha, float Beta);
