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
            case ElementType.Float16 or ElementType.BFloat16: evaluation.RunWidened(type); break;
            default: throw new ShapeException(evaluation.Place, $"its input is {type}, but {Name} is defined for floats.");
        }
    }

    /// <summary>Evaluates in the precision of <typeparamref name="T"/>.</summary>
    protected abstract void Evaluate<T>(Evaluation e)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>An operator over any numbers, integers included. Half-precision inputs are computed in float.</summary>
public abstract class NumericOperator : Operator
{
    /// <summary>Which input's type decides; the first unless an operator says otherwise.</summary>
    protected virtual int TypeInput => 0;

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var type = evaluation.Input(TypeInput).ElementType;
        switch (type)
        {
            case ElementType.Float32: Evaluate<float>(evaluation); break;
            case ElementType.Float64: Evaluate<double>(evaluation); break;
            case ElementType.Float16 or ElementType.BFloat16: evaluation.RunWidened(type); break;
            case ElementType.Int8: Evaluate<sbyte>(evaluation); break;
            case ElementType.Int16: Evaluate<short>(evaluation); break;
            case ElementType.Int32: Evaluate<int>(evaluation); break;
            case ElementType.Int64: Evaluate<long>(evaluation); break;
            case ElementType.UInt8: Evaluate<byte>(evaluation); break;
            case ElementType.UInt16: Evaluate<ushort>(evaluation); break;
            case ElementType.UInt32: Evaluate<uint>(evaluation); break;
            case ElementType.UInt64: Evaluate<ulong>(evaluation); break;
            default: throw new ShapeException(evaluation.Place, $"its input is {type}, but {Name} is defined for numbers.");
        }
    }

    /// <summary>Evaluates over elements of type <typeparamref name="T"/>.</summary>
    protected abstract void Evaluate<T>(Evaluation e)
        where T : unmanaged, INumber<T>;
}

/// <summary>An operator that only moves elements, whatever their type: written over unsigned integers of the elements' width.</summary>
public abstract class MovementOperator : Operator
{
    /// <summary>Which input's elements move; the first unless an operator says otherwise.</summary>
    protected virtual int TypeInput => 0;

    /// <inheritdoc/>
    public sealed override void Evaluate(Evaluation evaluation)
    {
        switch (evaluation.Input(TypeInput).ElementType.Size())
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
