using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Winograd;

/// <summary>
/// F(2x2, 5x5): 36 multiplications where the definition has 100. The points are those of F(4x4, 3x3), since 2 + 5 and 4 + 3 are the same, and with
/// them the transform of the input.
/// </summary>
internal readonly unsafe struct Form2Of5 : IForm
{
    private const float A = Form4.A;
    private const float B = Form4.B;
    private const float A2 = Form4.A2;
    private const float B2 = Form4.B2;

    public static string Name => "2x2of5";

    public static int FilterSide => 5;

    public static int Tile => 2;

    public static int Patch => Form4.Patch;

    public static void Input<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Form4.Input<TSimd>(source, rowStep, columnStep, target, targetStep);

    public static void Filter<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Square<TSimd, FilterTransform>.Run(source, rowStep, columnStep, target, targetStep);

    public static void Output<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Square<TSimd, OutputTransform>.Run(source, rowStep, columnStep, target, targetStep);

    public static void OutputGradient<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Square<TSimd, OutputGradientTransform>.Run(source, rowStep, columnStep, target, targetStep);

    public static void FilterGradient<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Square<TSimd, FilterGradientTransform>.Run(source, rowStep, columnStep, target, targetStep);

    private readonly struct FilterTransform : ITransform
    {
        public static int From => 5;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (g0, g1, g2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (g3, g4) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)));
            var (a2, b2) = (TSimd.Broadcast(A2), TSimd.Broadcast(B2));
            TSimd.Store(target, g0 * TSimd.Broadcast(Form4.At0));
            TSimd even = TSimd.MultiplyAdd(TSimd.MultiplyAdd(g4, a2, g2), a2, g0) * TSimd.Broadcast(Form4.AtA);
            TSimd odd = TSimd.MultiplyAdd(g3, a2, g1) * TSimd.Broadcast(A * Form4.AtA);
            TSimd.Store(target + targetStep, even + odd);
            TSimd.Store(target + (2 * targetStep), even - odd);
            even = TSimd.MultiplyAdd(TSimd.MultiplyAdd(g4, b2, g2), b2, g0) * TSimd.Broadcast(Form4.AtB);
            odd = TSimd.MultiplyAdd(g3, b2, g1) * TSimd.Broadcast(B * Form4.AtB);
            TSimd.Store(target + (3 * targetStep), even + odd);
            TSimd.Store(target + (4 * targetStep), even - odd);
            TSimd.Store(target + (5 * targetStep), g4);
        }
    }

    private readonly struct OutputTransform : ITransform
    {
        public static int From => 6;

        public static int To => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (m0, m1, m2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (m3, m4, m5) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)), TSimd.Load(source + (5 * sourceStep)));
            TSimd.Store(target, m0 + (m1 + m2) + (m3 + m4));
            TSimd.Store(target + targetStep, TSimd.MultiplyAdd(m1 - m2, TSimd.Broadcast(A), TSimd.MultiplyAdd(m3 - m4, TSimd.Broadcast(B), m5)));
        }
    }

    private readonly struct OutputGradientTransform : ITransform
    {
        public static int From => 2;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (y0, y1) = (TSimd.Load(source), TSimd.Load(source + sourceStep));
            TSimd odd = y1 * TSimd.Broadcast(A);
            TSimd.Store(target, y0);
            TSimd.Store(target + targetStep, y0 + odd);
            TSimd.Store(target + (2 * targetStep), y0 - odd);
            odd = y1 * TSimd.Broadcast(B);
            TSimd.Store(target + (3 * targetStep), y0 + odd);
            TSimd.Store(target + (4 * targetStep), y0 - odd);
            TSimd.Store(target + (5 * targetStep), y1);
        }
    }

    private readonly struct FilterGradientTransform : ITransform
    {
        public static int From => 6;

        public static int To => 5;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (m0, m1, m2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (m3, m4, m5) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)), TSimd.Load(source + (5 * sourceStep)));
            var (a2, b2) = (TSimd.Broadcast(A2), TSimd.Broadcast(B2));
            TSimd evenA = (m1 + m2) * TSimd.Broadcast(Form4.AtA), evenB = (m3 + m4) * TSimd.Broadcast(Form4.AtB);
            TSimd oddA = (m1 - m2) * TSimd.Broadcast(A * Form4.AtA), oddB = (m3 - m4) * TSimd.Broadcast(B * Form4.AtB);
            TSimd.Store(target, TSimd.MultiplyAdd(m0, TSimd.Broadcast(Form4.At0), evenA + evenB));
            TSimd.Store(target + targetStep, oddA + oddB);
            TSimd.Store(target + (2 * targetStep), TSimd.MultiplyAdd(evenA, a2, evenB * b2));
            TSimd.Store(target + (3 * targetStep), TSimd.MultiplyAdd(oddA, a2, oddB * b2));
            TSimd.Store(target + (4 * targetStep), TSimd.MultiplyAdd(evenA, a2 * a2, TSimd.MultiplyAdd(evenB, b2 * b2, m5)));
        }
    }
}
