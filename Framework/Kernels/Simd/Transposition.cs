using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Framework.Kernels.Simd;

/// <summary>Turns a matrix over, four by four elements at a time, and of these as many together as read and fill whole cache lines.</summary>
internal static unsafe class Transposition
{
    /// <summary>target[c, r] = source[r, c].</summary>
    /// <param name="source">A matrix of <paramref name="rows"/> rows.</param>
    /// <param name="sourceStep">Floats from a row of the source to the next.</param>
    /// <param name="target">A matrix of <paramref name="columns"/> rows.</param>
    /// <param name="targetStep">Floats from a row of the target to the next.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    public static void Run(float* source, nint sourceStep, float* target, nint targetStep, int rows, int columns)
    {
        for (int c = 0; c < columns; c += Ahead.LineFloats)
        {
            int width = Math.Min(Ahead.LineFloats, columns - c);
            for (int r = 0; r < rows; r += Ahead.LineFloats)
                Square(source + (r * sourceStep) + c, sourceStep, target + (c * targetStep) + r, targetStep, Math.Min(Ahead.LineFloats, rows - r), width);
        }
    }

    // Four lines of the target are filled before the next four, which may lie in the same set of the cache.
    private static void Square(float* source, nint sourceStep, float* target, nint targetStep, int rows, int columns)
    {
        bool fours = Sse.IsSupported || AdvSimd.Arm64.IsSupported;
        int wholeRows = fours ? rows & -4 : 0, wholeColumns = fours ? columns & -4 : 0;
        for (int c = 0; c < wholeColumns; c += 4)
        {
            for (int r = 0; r < wholeRows; r += 4)
                FourByFour(source + (r * sourceStep) + c, sourceStep, target + (c * targetStep) + r, targetStep);
        }

        for (int c = 0; c < columns; c++)
        {
            for (int r = c < wholeColumns ? wholeRows : 0; r < rows; r++) target[(c * targetStep) + r] = source[(r * sourceStep) + c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourByFour(float* source, nint sourceStep, float* target, nint targetStep)
    {
        var r0 = Vector128.Load(source);
        var r1 = Vector128.Load(source + sourceStep);
        var r2 = Vector128.Load(source + (2 * sourceStep));
        var r3 = Vector128.Load(source + (3 * sourceStep));

        var evens = InterleaveLow(r0, r2);
        var odds = InterleaveLow(r1, r3);
        InterleaveLow(evens, odds).Store(target);
        InterleaveHigh(evens, odds).Store(target + targetStep);
        evens = InterleaveHigh(r0, r2);
        odds = InterleaveHigh(r1, r3);
        InterleaveLow(evens, odds).Store(target + (2 * targetStep));
        InterleaveHigh(evens, odds).Store(target + (3 * targetStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveLow(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveHigh(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);
}
