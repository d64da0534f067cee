using System.Numerics;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>An operator over floats, written once and evaluated in float or double. Half-precision inputs are computed in float.</summary>
public abstract class FloatOperator : Operator
{
    /// <summary>Which input's type decides; the first unless an operator says otherwise.</summary>
    protected virtual int TypeInput => 0;

    /// <inheritdoc/>
    public sealed override void Evaluate(Evaluation evaluation)
    {
        var type = evaluation.Input(TypeInput).ElementType;
        switch (type)
        {
            case ElementType.Float32: Evaluate<float>(evaluation); break;
            case ElementType.Float64: Evaluate<double>(evaluation); break;
            case ElementType.Float16 or ElementType.BFloat16: EvaluateWidened(evaluation, type); break;
            default: throw new ShapeException(evaluation.Place, $"its input is {type}, but {Name} is defined for floats.");
        }
    }

    /// <summary>Evaluates in the precision of <typeparamref name="T"/>.</summary>
    protected abstract void Evaluate<T>(Evaluation e)
        where T : unmanaged, IFloatingPointIeee754<T>;

    private static void EvaluateWidened(Evaluation evaluation, ElementType type)
    {
        var inputs = new Tensor?[evaluation.InputCount];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (evaluation.Has(i)) inputs[i] = evaluation.Input(i).ElementType == type ? evaluation.Input(i).To(ElementType.Float32) : evaluation.Input(i);
        }

        var outputs = evaluation.With(inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] is { } output) evaluation.Set(i, output.ElementType == ElementType.Float32 ? output.To(type) : output);
        }
    }
}

/// <summary>An operator over any numbers, integers included.</summary>
public abstract class NumericOperator : Operator
{
    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        switch (evaluation.Input(0).ElementType)
        {
            case ElementType.Float32: Evaluate<float>(evaluation); break;
            case ElementType.Float64: Evaluate<double>(evaluation); break;
            case ElementType.Float16: Evaluate<Half>(evaluation); break;
            case ElementType.Int8: Evaluate<sbyte>(evaluation); break;
            case ElementType.Int16: Evaluate<short>(evaluation); break;
            case ElementType.Int32: Evaluate<int>(evaluation); break;
            case ElementType.Int64: Evaluate<long>(evaluation); break;
            case ElementType.UInt8: Evaluate<byte>(evaluation); break;
            case ElementType.UInt16: Evaluate<ushort>(evaluation); break;
            case ElementType.UInt32: Evaluate<uint>(evaluation); break;
            case ElementType.UInt64: Evaluate<ulong>(evaluation); break;
            default: throw new ShapeException(evaluation.Place, $"its input is {evaluation.Input(0).ElementType}, but {Name} is defined for numbers.");
        }
    }

    /// <summary>Evaluates over elements of type <typeparamref name="T"/>.</summary>
    protected abstract void Evaluate<T>(Evaluation e)
        where T : unmanaged, INumber<T>;
}

/// <summary>An operator that only moves elements, whatever their type: written over unsigned integers of the elements' width.</summary>
public abstract class MovementOperator : Operator
{
    /// <inheritdoc/>
    public sealed override void Evaluate(Evaluation evaluation)
    {
        switch (evaluation.Input(0).ElementType.Size())
        {
            case 1: Evaluate<byte>(evaluation); break;
            case 2: Evaluate<ushort>(evaluation); break;
            case 4: Evaluate<uint>(evaluation); break;
            default: Evaluate<ulong>(evaluation); break;
        }
    }

    /// <summary>Moves elements as wide as <typeparamref name="T"/>; reads and writes them through <see cref="Raw{T}"/>.</summary>
    protected abstract void Evaluate<T>(Evaluation e)
        where T : unmanaged;

    /// <summary>The elements as bits.</summary>
    protected static Span<T> Raw<T>(Tensor tensor)
        where T : unmanaged => tensor.AsBits<T>();
}
