using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>The one loop over elements that all formulas share.</summary>
internal static unsafe class FormulaLoop<TFormula, TSimd>
    where TFormula : IFormula
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Computes <paramref name="count"/> elements. The result may be any of the operands, but must not overlap one in part.</summary>
    /// <remarks>Operands beyond the formula's arity are not read. The last, partial vector goes through the same formula, so an
    /// element's result does not depend on its place.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(float* a, float* b, float* c, float* result, int count, float alpha, float beta)
    {
        TSimd alphas = TSimd.Broadcast(alpha);
        TSimd betas = TSimd.Broadcast(beta);
        int i = 0;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
        {
            TSimd second = TFormula.Arity > 1 ? TSimd.Load(b + i) : default;
            TSimd third = TFormula.Arity > 2 ? TSimd.Load(c + i) : default;
            TSimd.Store(result + i, TFormula.Apply(TSimd.Load(a + i), second, third, alphas, betas));
        }

        int rest = count - i;
        if (rest > 0)
        {
            TSimd second = TFormula.Arity > 1 ? TSimd.LoadPartial(b + i, rest) : default;
            TSimd third = TFormula.Arity > 2 ? TSimd.LoadPartial(c + i, rest) : default;
            TSimd.StorePartial(result + i, TFormula.Apply(TSimd.LoadPartial(a + i, rest), second, third, alphas, betas), rest);
        }
    }
}
