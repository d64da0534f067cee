using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Framework.Kernels.Simd;

/// <summary>Asks for memory before it is read, where the processor would not guess. Any address will do: what is not there is not fetched.</summary>
internal static unsafe class Ahead
{
    /// <summary>Floats of a cache line.</summary>
    public const int LineFloats = 16;

    /// <summary>Asks for the cache line around an address to come into the first cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    /// <summary>Asks for the cache line around an address to come into the second cache: for what is read a little later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchToSecond(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch1(address);
    }
}
