namespace Framework.Kernels.Simd;

/// <summary>
/// A vector of <see cref="Width"/> floats. A kernel that takes one as a struct type parameter is written once and compiled
/// for each width; everything here inlines to an instruction or two.
/// </summary>
/// <remarks>
/// Masks are vectors whose lanes have all bits set or none. Members whose names speak of integers see the lanes' bits as
/// 32-bit integers.
/// </remarks>
internal unsafe interface ISimd<TSelf>
    where TSelf : unmanaged, ISimd<TSelf>
{
    /// <summary>The set that the vector belongs to.</summary>
    static abstract InstructionSet Set { get; }

    /// <summary>Floats in the vector; a constant to the compiler.</summary>
    static abstract int Width { get; }

    /// <summary>All lanes 0.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>All lanes <paramref name="value"/>.</summary>
    static abstract TSelf Broadcast(float value);

    /// <summary>Reads <see cref="Width"/> floats; no alignment is asked for.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Reads <paramref name="count"/> floats, from 0 to <see cref="Width"/>, touching no other; the other lanes are 0.</summary>
    static abstract TSelf LoadPartial(float* source, int count);

    /// <summary>Writes all lanes.</summary>
    static abstract void Store(float* target, TSelf value);

    /// <summary>
    /// Writes all lanes past the caches, for what will not be read soon: memory is not read before it is overwritten. Other threads see it after an
    /// <see cref="Interlocked.MemoryBarrier"/>.
    /// </summary>
    /// <param name="target">A multiple of the vector's size.</param>
    /// <param name="value">The lanes.</param>
    static abstract void StorePast(float* target, TSelf value);

    /// <summary>Writes the first <paramref name="count"/> lanes, from 0 to <see cref="Width"/>, touching no other float.</summary>
    static abstract void StorePartial(float* target, TSelf value, int count);

    /// <summary>Sum of the lanes.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Difference of the lanes.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Product of the lanes.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>Quotient of the lanes.</summary>
    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>The lanes with their signs turned, those of zeros and NaNs too.</summary>
    static abstract TSelf operator -(TSelf value);

    /// <summary>Bits set in both.</summary>
    static abstract TSelf operator &(TSelf left, TSelf right);

    /// <summary>Bits set in either.</summary>
    static abstract TSelf operator |(TSelf left, TSelf right);

    /// <summary>Bits set in one of the two.</summary>
    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>The bits turned.</summary>
    static abstract TSelf operator ~(TSelf value);

    /// <summary>left * right + addend, rounded once wherever the processor has such an instruction.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>sum += left * right, rounded like <see cref="MultiplyAdd"/>.</summary>
    /// <remarks>
    /// For sums that stay in registers: the compiler adds in place, where what <see cref="MultiplyAdd"/> returns
    /// often lands in the register of a factor that is needed no more and is moved from there.
    /// </remarks>
    static abstract void Accumulate(ref TSelf sum, TSelf left, TSelf right);

    /// <summary>sum += left * (*right in all lanes); with 512 bits one instruction, which spares a register.</summary>
    static abstract void Accumulate(ref TSelf sum, TSelf left, float* right);

    /// <summary>The smaller of each two lanes; <paramref name="right"/> where it is NaN.</summary>
    /// <remarks>Where <paramref name="left"/> alone is NaN processors differ. Of two zeros, either.</remarks>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>The larger of each two lanes; <paramref name="right"/> where it is NaN.</summary>
    /// <inheritdoc cref="Min" path="/remarks"/>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The lanes without their signs.</summary>
    static abstract TSelf Abs(TSelf value);

    /// <summary>The square roots.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary>The nearest whole numbers, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>The next whole numbers below.</summary>
    static abstract TSelf Floor(TSelf value);

    /// <summary>The next whole numbers above.</summary>
    static abstract TSelf Ceiling(TSelf value);

    /// <summary>Mask of the lanes that are equal.</summary>
    static abstract TSelf Equal(TSelf left, TSelf right);

    /// <summary>Mask of the lanes where left is below right; none for NaN.</summary>
    static abstract TSelf LessThan(TSelf left, TSelf right);

    /// <summary>Mask of the lanes where left is at most right; none for NaN.</summary>
    static abstract TSelf LessThanOrEqual(TSelf left, TSelf right);

    /// <summary>The lanes of <paramref name="yes"/> where the mask is set, those of <paramref name="no"/> elsewhere.</summary>
    static abstract TSelf Select(TSelf mask, TSelf yes, TSelf no);

    /// <summary>The sum of the lanes: halves are added until one lane is left, so the order is the same at every call.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>The largest lane; unspecified where one is NaN.</summary>
    static abstract float MaxLane(TSelf value);

    /// <summary>Whole numbers within ±2^30 as integers.</summary>
    static abstract TSelf ToInteger(TSelf value);

    /// <summary>Integers as floats.</summary>
    static abstract TSelf FromInteger(TSelf value);

    /// <summary>Sums of integers, wrapping.</summary>
    static abstract TSelf AddInteger(TSelf left, TSelf right);

    /// <summary>Integers shifted to the left.</summary>
    static abstract TSelf ShiftLeft(TSelf value, int bits);

    /// <summary>Integers shifted to the right, the sign filling in.</summary>
    static abstract TSelf ShiftRight(TSelf value, int bits);

    /// <summary>All lanes the integer <paramref name="value"/>.</summary>
    static abstract TSelf BroadcastInteger(int value);
}
