using System.Runtime.CompilerServices;

namespace Framework.Kernels.Simd;

/// <summary>One float, as a vector of width 1: what kernels run on where there is nothing better, and a check on the others.</summary>
internal readonly unsafe struct SimdScalar(float lane) : ISimd<SimdScalar>
{
    private readonly float _lane = lane;

    public static InstructionSet Set => InstructionSet.Scalar;

    public static int Width => 1;

    public static SimdScalar Zero => default;

    private int Bits => BitConverter.SingleToInt32Bits(_lane);

    public static SimdScalar Broadcast(float value) => new(value);

    public static SimdScalar BroadcastInteger(int value) => FromBits(value);

    public static SimdScalar Load(float* source) => new(*source);

    public static SimdScalar LoadPartial(float* source, int count) => count == 0 ? default : new(*source);

    public static void Store(float* target, SimdScalar value) => *target = value._lane;

    public static void StorePast(float* target, SimdScalar value) => *target = value._lane;

    public static void StorePartial(float* target, SimdScalar value, int count)
    {
        if (count != 0) *target = value._lane;
    }

    public static SimdScalar operator +(SimdScalar left, SimdScalar right) => new(left._lane + right._lane);

    public static SimdScalar operator -(SimdScalar left, SimdScalar right) => new(left._lane - right._lane);

    public static SimdScalar operator *(SimdScalar left, SimdScalar right) => new(left._lane * right._lane);

    public static SimdScalar operator /(SimdScalar left, SimdScalar right) => new(left._lane / right._lane);

    public static SimdScalar operator -(SimdScalar value) => new(-value._lane);

    public static SimdScalar operator &(SimdScalar left, SimdScalar right) => FromBits(left.Bits & right.Bits);

    public static SimdScalar operator |(SimdScalar left, SimdScalar right) => FromBits(left.Bits | right.Bits);

    public static SimdScalar operator ^(SimdScalar left, SimdScalar right) => FromBits(left.Bits ^ right.Bits);

    public static SimdScalar operator ~(SimdScalar value) => FromBits(~value.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdScalar MultiplyAdd(SimdScalar left, SimdScalar right, SimdScalar addend) =>
        new(float.MultiplyAddEstimate(left._lane, right._lane, addend._lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ref SimdScalar sum, SimdScalar left, SimdScalar right) =>
        sum = new(float.MultiplyAddEstimate(left._lane, right._lane, sum._lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ref SimdScalar sum, SimdScalar left, float* right) =>
        sum = new(float.MultiplyAddEstimate(left._lane, *right, sum._lane));

    public static SimdScalar Min(SimdScalar left, SimdScalar right) => left._lane < right._lane ? left : right;

    public static SimdScalar Max(SimdScalar left, SimdScalar right) => left._lane > right._lane ? left : right;

    public static SimdScalar Abs(SimdScalar value) => new(MathF.Abs(value._lane));

    public static SimdScalar Sqrt(SimdScalar value) => new(MathF.Sqrt(value._lane));

    public static SimdScalar Round(SimdScalar value) => new(MathF.Round(value._lane));

    public static SimdScalar Floor(SimdScalar value) => new(MathF.Floor(value._lane));

    public static SimdScalar Ceiling(SimdScalar value) => new(MathF.Ceiling(value._lane));

    public static SimdScalar Equal(SimdScalar left, SimdScalar right) => Mask(left._lane == right._lane);

    public static SimdScalar LessThan(SimdScalar left, SimdScalar right) => Mask(left._lane < right._lane);

    public static SimdScalar LessThanOrEqual(SimdScalar left, SimdScalar right) => Mask(left._lane <= right._lane);

    public static SimdScalar Select(SimdScalar mask, SimdScalar yes, SimdScalar no) => (mask & yes) | (~mask & no);

    public static float Sum(SimdScalar value) => value._lane;

    public static float MaxLane(SimdScalar value) => value._lane;

    public static SimdScalar ToInteger(SimdScalar value) => FromBits((int)value._lane);

    public static SimdScalar FromInteger(SimdScalar value) => new(value.Bits);

    public static SimdScalar AddInteger(SimdScalar left, SimdScalar right) => FromBits(left.Bits + right.Bits);

    public static SimdScalar ShiftLeft(SimdScalar value, int bits) => FromBits(value.Bits << bits);

    public static SimdScalar ShiftRight(SimdScalar value, int bits) => FromBits(value.Bits >> bits);

    private static SimdScalar FromBits(int bits) => new(BitConverter.Int32BitsToSingle(bits));

    private static SimdScalar Mask(bool set) => FromBits(set ? -1 : 0);
}
