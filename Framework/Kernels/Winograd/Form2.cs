using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Winograd;

/// <summary>F(2x2, 3x3): four ninths of the multiplications, and fewer transformed weights than F(4x4). The points are 0, ±1 and infinity.</summary>
internal readonly unsafe struct Form2 : IForm
{
    public static string Name => "2x2";

    public static int FilterSide => 3;

    public static int Tile => 2;

    public static int Patch => 4;

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
        public static int From => 4;

        public static int To => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (d0, d1) = (TSimd.Load(source), TSimd.Load(source + sourceStep));
            var (d2, d3) = (TSimd.Load(source + (2 * sourceStep)), TSimd.Load(source + (3 * sourceStep)));
            TSimd.Store(target, d0 - d2);
            TSimd.Store(target + targetStep, d2 + d1);
            TSimd.Store(target + (2 * targetStep), d2 - d1);
            TSimd.Store(target + (3 * targetStep), d3 - d1);
        }
    }

    private readonly struct FilterTransform : ITransform
    {
        public static int From => 3;

        public static int To => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (g0, g1, g2) = (TSimd.Load(source), TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            TSimd half = TSimd.Broadcast(0.5f);
            TSimd even = (g0 + g2) * half;
            TSimd odd = g1 * half;
            TSimd.Store(target, g0);
            TSimd.Store(target + targetStep, even + odd);
            TSimd.Store(target + (2 * targetStep), even - odd);
            TSimd.Store(target + (3 * targetStep), g2);
        }
    }

    private readonly struct OutputTransform : ITransform
    {
        public static int From => 4;

        public static int To => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (m1, m2) = (TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            TSimd.Store(target, TSimd.Load(source) + (m1 + m2));
            TSimd.Store(target + targetStep, (m1 - m2) + TSimd.Load(source + (3 * sourceStep)));
        }
    }

    private readonly struct OutputGradientTransform : ITransform
    {
        public static int From => 2;

        public static int To => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (y0, y1) = (TSimd.Load(source), TSimd.Load(source + sourceStep));
            TSimd.Store(target, y0);
            TSimd.Store(target + targetStep, y0 + y1);
            TSimd.Store(target + (2 * targetStep), y0 - y1);
            TSimd.Store(target + (3 * targetStep), y1);
        }
    }

    private readonly struct FilterGradientTransform : ITransform
    {
        public static int From => 4;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<TSimd>(float* source, nint sourceStep, float* target, nint targetStep)
            where TSimd : unmanaged, ISimd<TSimd>
        {
            var (m1, m2) = (TSimd.Load(source + sourceStep), TSimd.Load(source + (2 * sourceStep)));
            TSimd half = TSimd.Broadcast(0.5f);
            TSimd even = (m1 + m2) * half;
            TSimd.Store(target, TSimd.Load(source) + even);
            TSimd.Store(target + targetStep, (m1 - m2) * half);
            TSimd.Store(target + (2 * targetStep), even + TSimd.Load(source + (3 * sourceStep)));
        }
    }
}
