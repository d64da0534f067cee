using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>What is done to each element; <see cref="FormulaLoop{TFormula,TSimd}"/> does it to all.</summary>
internal interface IFormula
{
    /// <summary>How many of the operands are read; a constant to the compiler.</summary>
    static abstract int Arity { get; }

    /// <summary>The result for one vector of elements.</summary>
    static abstract S Apply<S>(S a, S b, S c, S alpha, S beta)
        where S : unmanaged, ISimd<S>;
}

/// <summary>A formula of one operand and up to two parameters.</summary>
internal interface IUnaryFormula
{
    static abstract S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>;
}

/// <summary>A formula of two operands and up to two parameters.</summary>
internal interface IBinaryFormula
{
    static abstract S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S>;
}

/// <summary>A formula of three operands.</summary>
internal interface ITernaryFormula
{
    static abstract S Apply<S>(S a, S b, S c)
        where S : unmanaged, ISimd<S>;
}

/// <summary>A unary formula as the loop sees it.</summary>
internal readonly struct Unary<TFormula> : IFormula
    where TFormula : IUnaryFormula
{
    public static int Arity => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S c, S alpha, S beta)
        where S : unmanaged, ISimd<S> => TFormula.Apply(a, alpha, beta);
}

/// <summary>A binary formula as the loop sees it.</summary>
internal readonly struct Binary<TFormula> : IFormula
    where TFormula : IBinaryFormula
{
    public static int Arity => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S c, S alpha, S beta)
        where S : unmanaged, ISimd<S> => TFormula.Apply(a, b, alpha, beta);
}

/// <summary>A ternary formula as the loop sees it.</summary>
internal readonly struct Ternary<TFormula> : IFormula
    where TFormula : ITernaryFormula
{
    public static int Arity => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S c, S alpha, S beta)
        where S : unmanaged, ISimd<S> => TFormula.Apply(a, b, c);
}
