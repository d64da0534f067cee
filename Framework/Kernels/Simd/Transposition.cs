using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Framework.Kernels.Simd;

/// <summary>Turns a matrix over, four by four elements at a time.</summary>
internal static unsafe class Transposition
{
    /// <summary>A cache line: the lines that a stripe writes to stay in the cache until they are full.</summary>
    private const int ColumnsAtOnce = 16;

    /// <summary>target[c, r] = source[r, c].</summary>
    /// <param name="source">A matrix of <paramref name="rows"/> rows.</param>
    /// <param name="sourceStep">Floats from a row of the source to the next.</param>
    /// <param name="target">A matrix of <paramref name="columns"/> rows.</param>
    /// <param name="targetStep">Floats from a row of the target to the next.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    public static void Run(float* source, nint sourceStep, float* target, nint targetStep, int rows, int columns)
    {
        for (int c = 0; c < columns; c += ColumnsAtOnce)
            Stripe(source + c, sourceStep, target + (c * targetStep), targetStep, rows, Math.Min(ColumnsAtOnce, columns - c));
    }

    private static void Stripe(float* source, nint sourceStep, float* target, nint targetStep, int rows, int columns)
    {
        int r = 0;
        if (Sse.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            for (; r <= rows - 4; r += 4) FourRows(source + (r * sourceStep), sourceStep, target + r, targetStep, columns);
        }

        for (; r < rows; r++)
        {
            float* s = source + (r * sourceStep);
            float* t = target + r;
            for (int c = 0; c < columns; c++, t += targetStep) *t = s[c];
        }
    }

    private static void FourRows(float* source, nint sourceStep, float* target, nint targetStep, int columns)
    {
        int c = 0;
        for (; c <= columns - 4; c += 4)
        {
            float* s = source + c;
            var r0 = Vector128.Load(s);
            var r1 = Vector128.Load(s + sourceStep);
            var r2 = Vector128.Load(s + (2 * sourceStep));
            var r3 = Vector128.Load(s + (3 * sourceStep));

            var evens = InterleaveLow(r0, r2);
            var odds = InterleaveLow(r1, r3);
            float* t = target + (c * targetStep);
            InterleaveLow(evens, odds).Store(t);
            InterleaveHigh(evens, odds).Store(t + targetStep);
            evens = InterleaveHigh(r0, r2);
            odds = InterleaveHigh(r1, r3);
            InterleaveLow(evens, odds).Store(t + (2 * targetStep));
            InterleaveHigh(evens, odds).Store(t + (3 * targetStep));
        }

        for (; c < columns; c++)
        {
            for (int r = 0; r < 4; r++) target[(c * targetStep) + r] = source[(r * sourceStep) + c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveLow(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveHigh(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);
}
