namespace Framework.Kernels.Simd;

/// <summary>
/// A number as a type, so that a kernel's tile is a constant to the compiler: what a smaller tile does not need is dead code
/// in its instance, and all tiles come from one source.
/// </summary>
internal interface ICount
{
    static abstract int Value { get; }
}
