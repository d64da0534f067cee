using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Winograd;

/// <summary>
/// F(4x4, 3x3): a quarter of the multiplications. The points are 0, ±a, ±b and infinity; a search over small fractions found the least error here.
/// </summary>
internal readonly unsafe struct Form4 : IForm
{
    internal const float A = 5f / 8;
    internal const float B = 3f / 2;
    internal const float A2 = A * A;
    internal const float B2 = B * B;
    private const float A2B2 = A2 * B2;

    // The products of a point's distances from the other finite points; rows of G are divided by them.
    internal const float At0 = 1 / (A2 * B2);
    internal const float AtA = 1 / (2 * A2 * (A2 - B2));
    internal const float AtB = 1 / (2 * B2 * (B2 - A2));

    public static string Name => "4x4";

    public static int FilterSide => 3;

    public static int Tile => 4;

    public static int Patch => 6;

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

    private readonly struct InputTransform : ITransform
    {
        public static int From => 6;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (d0, d1, d2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (d3, d4, d5) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)), TSimd.Load(source + (5 * sourceStep)));
            var (a, b, a2, b2) = (TSimd.Broadcast(A), TSimd.Broadcast(B), TSimd.Broadcast(-A2), TSimd.Broadcast(-B2));
            var (both, sum) = (TSimd.Broadcast(A2B2), TSimd.Broadcast(-(A2 + B2)));
            TSimd even = TSimd.MultiplyAdd(b2, d2, d4);
            TSimd odd = a * TSimd.MultiplyAdd(b2, d1, d3);
            TSimd.Store(target, TSimd.MultiplyAdd(both, d0, TSimd.MultiplyAdd(sum, d2, d4)));
            TSimd.Store(target + targetStep, even + odd);
            TSimd.Store(target + (2 * targetStep), even - odd);
            even = TSimd.MultiplyAdd(a2, d2, d4);
            odd = b * TSimd.MultiplyAdd(a2, d1, d3);
            TSimd.Store(target + (3 * targetStep), even + odd);
            TSimd.Store(target + (4 * targetStep), even - odd);
            TSimd.Store(target + (5 * targetStep), TSimd.MultiplyAdd(both, d1, TSimd.MultiplyAdd(sum, d3, d5)));
        }
    }

    private readonly struct FilterTransform : ITransform
    {
        public static int From => 3;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (g0, g1, g2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            TSimd.Store(target, g0 * TSimd.Broadcast(At0));
            TSimd even = TSimd.MultiplyAdd(g2, TSimd.Broadcast(A2), g0) * TSimd.Broadcast(AtA);
            TSimd odd = g1 * TSimd.Broadcast(A * AtA);
            TSimd.Store(target + targetStep, even + odd);
            TSimd.Store(target + (2 * targetStep), even - odd);
            even = TSimd.MultiplyAdd(g2, TSimd.Broadcast(B2), g0) * TSimd.Broadcast(AtB);
            odd = g1 * TSimd.Broadcast(B * AtB);
            TSimd.Store(target + (3 * targetStep), even + odd);
            TSimd.Store(target + (4 * targetStep), even - odd);
            TSimd.Store(target + (5 * targetStep), g2);
        }
    }

    private readonly struct OutputTransform : ITransform
    {
        public static int From => 6;

        public static int To => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (m0, m1, m2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (m3, m4, m5) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)), TSimd.Load(source + (5 * sourceStep)));
            var (evenA, oddA, evenB, oddB) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4);
            TSimd.Store(target, m0 + evenA + evenB);
            TSimd.Store(target + targetStep, TSimd.MultiplyAdd(oddA, TSimd.Broadcast(A), oddB * TSimd.Broadcast(B)));
            TSimd.Store(target + (2 * targetStep), TSimd.MultiplyAdd(evenA, TSimd.Broadcast(A2), evenB * TSimd.Broadcast(B2)));
            TSimd.Store(
                target + (3 * targetStep),
                TSimd.MultiplyAdd(oddA, TSimd.Broadcast(A * A2), TSimd.MultiplyAdd(oddB, TSimd.Broadcast(B * B2), m5)));
        }
    }

    private readonly struct OutputGradientTransform : ITransform
    {
        public static int From => 4;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (y0, y1) = (TSimd.Load(source), TSimd.Load(source + sourceStep));
            var (y2, y3) = (TSimd.Load(source + (2 * sourceStep)), TSimd.Load(source + (3 * sourceStep)));
            TSimd even = TSimd.MultiplyAdd(y2, TSimd.Broadcast(A2), y0);
            TSimd odd = TSimd.MultiplyAdd(y3, TSimd.Broadcast(A2), y1) * TSimd.Broadcast(A);
            TSimd.Store(target, y0);
            TSimd.Store(target + targetStep, even + odd);
            TSimd.Store(target + (2 * targetStep), even - odd);
            even = TSimd.MultiplyAdd(y2, TSimd.Broadcast(B2), y0);
            odd = TSimd.MultiplyAdd(y3, TSimd.Broadcast(B2), y1) * TSimd.Broadcast(B);
            TSimd.Store(target + (3 * targetStep), even + odd);
            TSimd.Store(target + (4 * targetStep), even - odd);
            TSimd.Store(target + (5 * targetStep), y3);
        }
    }

    private readonly struct FilterGradientTransform : ITransform
    {
        public static int From => 6;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (m0, m1, m2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            var (m3, m4, m5) = (TSimd.Load(source + (3 * sourceStep)), TSimd.Load(source + (4 * sourceStep)), TSimd.Load(source + (5 * sourceStep)));
            TSimd evenA = (m1 + m2) * TSimd.Broadcast(AtA);
            TSimd evenB = (m3 + m4) * TSimd.Broadcast(AtB);
            TSimd odd = TSimd.MultiplyAdd(m1 - m2, TSimd.Broadcast(A * AtA), (m3 - m4) * TSimd.Broadcast(B * AtB));
            TSimd.Store(target, TSimd.MultiplyAdd(m0, TSimd.Broadcast(At0), evenA + evenB));
            TSimd.Store(target + targetStep, odd);
            TSimd.Store(target + (2 * targetStep), TSimd.MultiplyAdd(evenA, TSimd.Broadcast(A2), TSimd.MultiplyAdd(evenB, TSimd.Broadcast(B2), m5)));
        }
    }
}
