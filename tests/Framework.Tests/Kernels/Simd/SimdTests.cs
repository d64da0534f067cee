using Framework.Kernels.Simd;

namespace Framework.Tests.Kernels.Simd;

/// <summary>Every member of the abstraction, at every width, against single floats.</summary>
public sealed unsafe class SimdTests
{
    private static readonly float[] s_left =
    [
        1.5f, -2.5f, 0f, -0f, 3e38f, -7.25f, 0.5f, -0.5f, 1e-40f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 2f, 8388609f, -3.5f, 4f,
    ];

    private static readonly float[] s_right =
    [
        2f, -2.5f, -0f, 1f, 3e38f, 7.25f, -0.75f, 0.125f, -1e-40f, 1f, float.PositiveInfinity, 3f, float.NaN, -1f, 3.5f, -4f,
    ];

    public static TheoryData<InstructionSet> Sets => new(InstructionSet.Supported);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Lanes_are_computed_as_single_floats_are(InstructionSet set)
    {
        switch (set)
        {
            case InstructionSet.Scalar: CheckLanes<SimdScalar>(); break;
            case InstructionSet.Vector128: CheckLanes<Simd128>(); break;
            case InstructionSet.Vector256: CheckLanes<Simd256>(); break;
            default: CheckLanes<Simd512>(); break;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Access_touches_so_many_floats_and_no_more(InstructionSet set)
    {
        switch (set)
        {
            case InstructionSet.Scalar: CheckPartial<SimdScalar>(); break;
            case InstructionSet.Vector128: CheckPartial<Simd128>(); break;
            case InstructionSet.Vector256: CheckPartial<Simd256>(); break;
            default: CheckPartial<Simd512>(); break;
        }
    }

    [Fact]
    public void The_best_set_is_the_widest_of_the_supported_ones()
    {
        InstructionSet.Supported[0].Should().Be(InstructionSet.Scalar);
        InstructionSet.Supported.Should().BeInAscendingOrder();
        InstructionSet.Supported.All(s => s.IsSupported).Should().BeTrue();
        InstructionSet.Best.Should().Be(InstructionSet.Supported[^1]);
        Enum.GetValues<InstructionSet>().Select(s => s.Width).Should().Equal(1, 4, 8, 16);
    }

    [Fact]
    public void A_matrix_is_turned_over_at_every_size()
    {
        for (int rows = 1; rows <= 21; rows++)
        {
            for (int columns = 1; columns <= 21; columns++)
            {
                float[] values = [.. Enumerable.Range(0, rows * columns).Select(i => (float)i)];
                using var source = GuardedFloats.From(values);
                using var target = new GuardedFloats(values.Length);
                Transposition.Run(source.Pointer, columns, target.Pointer, rows, rows, columns);
                target.Span.ToArray().Should().Equal(Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)]));
            }
        }
    }

    private static void CheckLanes<T>()
        where T : unmanaged, ISimd<T>
    {
        Binary<T>((a, b) => a + b, (a, b) => a + b);
        Binary<T>((a, b) => a - b, (a, b) => a - b);
        Binary<T>((a, b) => a * b, (a, b) => a * b);
        Binary<T>((a, b) => a / b, (a, b) => a / b);
        Binary<T>((a, b) => a & b, (a, b) => FromBits(Bits(a) & Bits(b)));
        Binary<T>((a, b) => a | b, (a, b) => FromBits(Bits(a) | Bits(b)));
        Binary<T>((a, b) => a ^ b, (a, b) => FromBits(Bits(a) ^ Bits(b)));
        Binary<T>(T.Equal, (a, b) => FromBits(a == b ? -1 : 0));
        Binary<T>(T.LessThan, (a, b) => FromBits(a < b ? -1 : 0));
        Binary<T>(T.LessThanOrEqual, (a, b) => FromBits(a <= b ? -1 : 0));
        Binary<T>((a, b) => T.Select(T.LessThan(a, b), a, b), (a, b) => a < b ? a : b);
        Binary<T>((a, b) => T.MultiplyAdd(a, b, T.Broadcast(1f)), (a, b) => float.MultiplyAddEstimate(a, b, 1f));
        Binary<T>(T.AddInteger, (a, b) => FromBits(Bits(a) + Bits(b)));

        // What a minimum makes of a NaN on the left, or of zeros of two signs, is left open.
        Binary<T>((a, b) => Defined(T.Min(a, b), a), (a, b) => float.IsNaN(a) ? 0 : (a < b ? a : b) + 0f);
        Binary<T>((a, b) => Defined(T.Max(a, b), a), (a, b) => float.IsNaN(a) ? 0 : (a > b ? a : b) + 0f);

        Unary<T>(a => -a, a => -a);
        Unary<T>(a => ~a, a => FromBits(~Bits(a)));
        Unary<T>(T.Abs, MathF.Abs);
        Unary<T>(T.Sqrt, MathF.Sqrt);
        Unary<T>(T.Round, x => MathF.Round(x));
        Unary<T>(T.Floor, MathF.Floor);
        Unary<T>(T.Ceiling, MathF.Ceiling);
        Unary<T>(a => T.ShiftLeft(a, 3), a => FromBits(Bits(a) << 3));
        Unary<T>(a => T.ShiftRight(a, 3), a => FromBits(Bits(a) >> 3));
        Unary<T>(T.FromInteger, a => (float)Bits(a));
        Unary<T>(a => T.FromInteger(T.ToInteger(T.Floor(T.Min(T.Broadcast(1e6f), T.Max(T.Broadcast(-1e6f), Finite(a)))))), Clamped);
        Unary<T>(_ => T.Zero, _ => 0f);
        Unary<T>(_ => T.BroadcastInteger(-5), _ => FromBits(-5));

        fixed (float* left = s_left)
        {
            float factor = 1.25f;
            T sum = T.Broadcast(2);
            T.Accumulate(ref sum, T.Load(left), &factor);
            Lanes(sum)[0].Should().Be(float.FusedMultiplyAdd(left[0], factor, 2), "left[0] is short enough for either rounding");
            T.Accumulate(ref sum, T.Broadcast(3), T.Broadcast(-4));
            Lanes(sum)[0].Should().Be(float.FusedMultiplyAdd(left[0], factor, 2) - 12);
            float[] counted = [.. Enumerable.Range(1, T.Width).Select(i => (float)i)];
            fixed (float* c = counted)
            {
                T.Sum(T.Load(c)).Should().Be(counted.Sum());
                T.MaxLane(T.Load(c)).Should().Be(T.Width);
                T.MaxLane(-T.Load(c)).Should().Be(-1);
            }
        }
    }

    private static void CheckPartial<T>()
        where T : unmanaged, ISimd<T>
    {
        for (int count = 0; count <= T.Width; count++)
        {
            float[] values = [.. Enumerable.Range(1, count).Select(i => (float)i)];
            using var source = GuardedFloats.From(values);
            float[] expected = [.. values, .. new float[T.Width - count]];
            Lanes(T.LoadPartial(source.Pointer, count)).Should().Equal(expected);

            using var target = new GuardedFloats(count);
            T.StorePartial(target.Pointer, T.Broadcast(7f), count);
            target.Span.ToArray().Should().Equal(Enumerable.Repeat(7f, count));
        }

        using var whole = new GuardedFloats(T.Width);
        T.StorePast(whole.Pointer, T.Broadcast(7f));
        whole.Span.ToArray().Should().Equal(Enumerable.Repeat(7f, T.Width));
    }

    private static T Defined<T>(T extreme, T left)
        where T : unmanaged, ISimd<T> => T.Select(T.Equal(left, left), extreme, T.Zero) + T.Zero;

    private static T Finite<T>(T value)
        where T : unmanaged, ISimd<T> => T.Select(T.Equal(value, value), value, T.Zero);

    private static float Clamped(float value) => float.IsNaN(value) ? 0 : MathF.Floor(Math.Clamp(value, -1e6f, 1e6f)) + 0f;

    private static void Unary<T>(Func<T, T> vector, Func<float, float> single)
        where T : unmanaged, ISimd<T> => Binary<T>((a, _) => vector(a), (a, _) => single(a));

    private static void Binary<T>(Func<T, T, T> vector, Func<float, float, float> single)
        where T : unmanaged, ISimd<T>
    {
        fixed (float* left = s_left, right = s_right)
        {
            for (int i = 0; i < s_left.Length; i += T.Width)
            {
                float[] lanes = Lanes(vector(T.Load(left + i), T.Load(right + i)));
                for (int lane = 0; lane < T.Width; lane++)
                {
                    float expected = single(left[i + lane], right[i + lane]);
                    bool same = Bits(lanes[lane]) == Bits(expected) || (float.IsNaN(lanes[lane]) && float.IsNaN(expected));
                    same.Should().BeTrue("{0} and {1} give {2:R}, not {3:R}", left[i + lane], right[i + lane], expected, lanes[lane]);
                }
            }
        }
    }

    private static float[] Lanes<T>(T vector)
        where T : unmanaged, ISimd<T>
    {
        var lanes = new float[T.Width];
        fixed (float* l = lanes) T.Store(l, vector);
        return lanes;
    }

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    private static float FromBits(int bits) => BitConverter.Int32BitsToSingle(bits);
}
