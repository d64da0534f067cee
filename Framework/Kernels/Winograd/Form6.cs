using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Winograd;

/// <summary>
/// F(6x6, 3x3): 64 multiplications where the definition has 324. The points are 0, ±a, ±b, ±c and infinity; of small fractions these, which are exact,
/// err least, but two to four times as much as F(4x4) does.
/// </summary>
internal readonly unsafe struct Form6 : IForm
{
    private const float A = 1f / 2;
    private const float B = 1;
    private const float C = 2;
    private const float A2 = A * A;
    private const float B2 = B * B;
    private const float C2 = C * C;

    // The coefficients of (x² - a²)(x² - b²)(x² - c²) behind the first, which is 1.
    private const float Sum = -(A2 + B2 + C2);
    private const float Pairs = (A2 * B2) + (A2 * C2) + (B2 * C2);
    private const float Product = -(A2 * B2 * C2);

    // The products of a point's distances from the other finite points; rows of G are divided by them.
    private const float At0 = 1 / Product;
    private const float AtA = 1 / (2 * A2 * (A2 - B2) * (A2 - C2));
    private const float AtB = 1 / (2 * B2 * (B2 - A2) * (B2 - C2));
    private const float AtC = 1 / (2 * C2 * (C2 - A2) * (C2 - B2));

    public static string Name => "6x6";

    public static int FilterSide => 3;

    public static int Tile => 6;

    public static int Patch => 8;

    public static void Input<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Square<TSimd, InputTransform>.Run(source, rowStep, columnStep, target, targetStep);

    public static void Filter<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Square<TSimd, FilterTransform>.Run(source, rowStep, columnStep, target, targetStep);

    public static void Output<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Square<TSimd, OutputTransform>.Run(source, rowStep, columnStep, target, targetStep);

    public static void OutputGradient<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Square<TSimd, OutputGradientTransform>.Run(source, rowStep, columnStep, target, targetStep);

    public static void FilterGradient<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd> => Square<TSimd, FilterGradientTransform>.Run(source, rowStep, columnStep, target, targetStep);

    /// <summary>The sum and the difference of two vectors, to two places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair<TSimd>(float* target, nint targetStep, TSimd even, TSimd odd)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        TSimd.Store(target, even + odd);
        TSimd.Store(target + targetStep, even - odd);
    }

    private readonly struct InputTransform : ITransform
    {
        public static int From => 8;

        public static int To => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (d0, d1, d2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (d3, d4, d5) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)), TSimd.Load(source + (5 * sourceStep)));
            var (d6, d7) = (TSimd.Load(source + (6 * sourceStep)), TSimd.Load(source + (7 * sourceStep)));
            var (sum, pairs, product) = (TSimd.Broadcast(Sum), TSimd.Broadcast(Pairs), TSimd.Broadcast(Product));
            TSimd.Store(target, TSimd.MultiplyAdd(product, d0, TSimd.MultiplyAdd(pairs, d2, TSimd.MultiplyAdd(sum, d4, d6))));
            AtPair(target + targetStep, targetStep, A, B2 + C2, B2 * C2, d1, d2, d3, d4, d5, d6);
            AtPair(target + (3 * targetStep), targetStep, B, A2 + C2, A2 * C2, d1, d2, d3, d4, d5, d6);
            AtPair(target + (5 * targetStep), targetStep, C, A2 + B2, A2 * B2, d1, d2, d3, d4, d5, d6);
            TSimd.Store(target + (7 * targetStep), TSimd.MultiplyAdd(product, d1, TSimd.MultiplyAdd(pairs, d3, TSimd.MultiplyAdd(sum, d5, d7))));
        }

        // At ±p: x (x ± p) times the polynomial of the other pairs, whose coefficients are 1, minus the sum and the product of their squares.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void AtPair<TSimd>(
            float* target, nint targetStep, float p, float sum, float product, TSimd d1, TSimd d2, TSimd d3, TSimd d4, TSimd d5, TSimd d6)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (s, q) = (TSimd.Broadcast(-sum), TSimd.Broadcast(product));
            TSimd odd = TSimd.Broadcast(p) * TSimd.MultiplyAdd(q, d1, TSimd.MultiplyAdd(s, d3, d5));
            StorePair(target, targetStep, TSimd.MultiplyAdd(q, d2, TSimd.MultiplyAdd(s, d4, d6)), odd);
        }
    }

    private readonly struct FilterTransform : ITransform
    {
        public static int From => 3;

        public static int To => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (g0, g1, g2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            TSimd.Store(target, g0 * TSimd.Broadcast(At0));
            AtPair(target + targetStep, targetStep, A, AtA, g0, g1, g2);
            AtPair(target + (3 * targetStep), targetStep, B, AtB, g0, g1, g2);
            AtPair(target + (5 * targetStep), targetStep, C, AtC, g0, g1, g2);
            TSimd.Store(target + (7 * targetStep), g2);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void AtPair<TSimd>(float* target, nint targetStep, float p, float scale, TSimd g0, TSimd g1, TSimd g2)
            where TSimd : unmanaged, ISimd<TSimd> =>
            StorePair(target, targetStep, TSimd.MultiplyAdd(g2, TSimd.Broadcast(p * p), g0) * TSimd.Broadcast(scale), g1 * TSimd.Broadcast(p * scale));
    }

    private readonly struct OutputTransform : ITransform
    {
        public static int From => 8;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (m1, m2) = (TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (m3, m4) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)));
            var (m5, m6) = (TSimd.Load(source + (5 * sourceStep)), TSimd.Load(source + (6 * sourceStep)));
            var (evenA, evenB, evenC) = (m1 + m2, m3 + m4, m5 + m6);
            TSimd.Store(target, TSimd.Load(source) + evenA + (evenB + evenC));
            TSimd.Store(target + (2 * targetStep), Weighted(evenA, evenB, evenC, A2, B2, C2));
            TSimd.Store(target + (4 * targetStep), Weighted(evenA, evenB, evenC, A2 * A2, B2 * B2, C2 * C2));
            var (oddA, oddB, oddC) = (m1 - m2, m3 - m4, m5 - m6);
            TSimd.Store(target + targetStep, Weighted(oddA, oddB, oddC, A, B, C));
            TSimd.Store(target + (3 * targetStep), Weighted(oddA, oddB, oddC, A * A2, B * B2, C * C2));
            TSimd last = Weighted(oddA, oddB, oddC, A * A2 * A2, B * B2 * B2, C * C2 * C2);
            TSimd.Store(target + (5 * targetStep), last + TSimd.Load(source + (7 * sourceStep)));
        }
    }

    private readonly struct OutputGradientTransform : ITransform
    {
        public static int From => 6;

        public static int To => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (y0, y1, y2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (y3, y4, y5) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)), TSimd.Load(source + (5 * sourceStep)));
            TSimd.Store(target, y0);
            AtPair(target + targetStep, targetStep, A, y0, y1, y2, y3, y4, y5);
            AtPair(target + (3 * targetStep), targetStep, B, y0, y1, y2, y3, y4, y5);
            AtPair(target + (5 * targetStep), targetStep, C, y0, y1, y2, y3, y4, y5);
            TSimd.Store(target + (7 * targetStep), y5);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void AtPair<TSimd>(float* target, nint targetStep, float p, TSimd y0, TSimd y1, TSimd y2, TSimd y3, TSimd y4, TSimd y5)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            TSimd square = TSimd.Broadcast(p * p);
            TSimd odd = TSimd.Broadcast(p) * TSimd.MultiplyAdd(square, TSimd.MultiplyAdd(square, y5, y3), y1);
            StorePair(target, targetStep, TSimd.MultiplyAdd(square, TSimd.MultiplyAdd(square, y4, y2), y0), odd);
        }
    }

    private readonly struct FilterGradientTransform : ITransform
    {
        public static int From => 8;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (m1, m2) = (TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (m3, m4) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)));
            var (m5, m6) = (TSimd.Load(source + (5 * sourceStep)), TSimd.Load(source + (6 * sourceStep)));
            TSimd ends = TSimd.Broadcast(At0) * TSimd.Load(source);
            TSimd.Store(target, ends + Weighted(m1 + m2, m3 + m4, m5 + m6, AtA, AtB, AtC));
            TSimd.Store(target + targetStep, Weighted(m1 - m2, m3 - m4, m5 - m6, A * AtA, B * AtB, C * AtC));
            TSimd last = Weighted(m1 + m2, m3 + m4, m5 + m6, A2 * AtA, B2 * AtB, C2 * AtC);
            TSimd.Store(target + (2 * targetStep), last + TSimd.Load(source + (7 * sourceStep)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Weighted<TSimd>(TSimd x, TSimd y, TSimd z, float a, float b, float c)
        where TSimd : unmanaged, ISimd<TSimd> =>
        TSimd.MultiplyAdd(x, TSimd.Broadcast(a), TSimd.MultiplyAdd(y, TSimd.Broadcast(b), z * TSimd.Broadcast(c)));
}
