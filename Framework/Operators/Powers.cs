using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>ONNX <c>Pow</c>: X to the power Y, of X's type; the exponent may have another type.</summary>
public sealed class Pow : NumericOperator
{
    private static readonly Signature s_signature = new([new("X"), new("Y")], ["Z"]);

    /// <summary>The operator.</summary>
    public static Pow Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Pow";

    /// <inheritdoc/>
    public override int SinceVersion => 12;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), Broadcast.Common(inference, 0, 1));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Output(0).Shape;
        var x = e.Read<T>(0);
        var powers = e.Input(1).ToArray<double>();
        var z = e.Write<T>(0);
        var walk = new Walk(shape, Broadcast.Strides(e.Input(0).Shape, shape), Broadcast.Strides(e.Input(1).Shape, shape));
        for (int i = 0; walk.Next(); i++) z[i] = T.CreateTruncating(Math.Pow(double.CreateTruncating(x[walk.Offsets[0]]), powers[walk.Offsets[1]]));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var (x, y) = (g.Input(0), g.Input(1));
        if (g.Needs(0)) g.Set(0, (g.Gradient * y.Cast(x.ElementType) * x.Pow(y - 1)).ReduceTo(x));
        if (g.Needs(1)) g.Set(1, (g.Gradient * g.Output(0) * x.Log()).ReduceTo(y));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("floats", [SampleInput.Uniform(0.5f, 2, 2, 3), SampleInput.Normal(2, 3)]),
        new("square", [SampleInput.Normal(2, 3), SampleInput.Fixed(Tensor.Scalar(2f))]),
        new("integer exponents", [SampleInput.Normal(2, 3), SampleInput.Integers(2, 3, 1)]),
    ];
}

/// <summary>
/// ONNX <c>Mod</c>: the remainder with the divisor's sign, or with <c>fmod</c> that of C, with the dividend's.
/// </summary>
public sealed class Mod : NumericOperator
{
    private static readonly Signature s_signature = new([new("A"), new("B")], ["C"]);

    /// <summary>The operator.</summary>
    public static Mod Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Mod";

    /// <inheritdoc/>
    public override int SinceVersion => 10;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        Broadcast.CheckTypes(inference, 0, 1);
        inference.Output(0, inference.TypeOf(0), Broadcast.Common(inference, 0, 1));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        bool likeC = e.Attributes.Int("fmod", 0) != 0;
        var shape = e.Output(0).Shape;
        var a = e.Read<T>(0);
        var b = e.Read<T>(1);
        var c = e.Write<T>(0);
        var walk = new Walk(shape, Broadcast.Strides(e.Input(0).Shape, shape), Broadcast.Strides(e.Input(1).Shape, shape));
        for (int i = 0; walk.Next(); i++)
        {
            T divisor = b[walk.Offsets[1]];
            c[i] = a[walk.Offsets[0]] % divisor;
            if (!likeC && !T.IsZero(c[i]) && T.IsNegative(c[i]) != T.IsNegative(divisor)) c[i] += divisor;
        }
    }

    // C = A - B q with a whole number q that is constant between jumps.
    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, g.Gradient.ReduceTo(g.Input(0)));
        if (g.Needs(1)) g.Set(1, (-(g.Gradient * ((g.Input(0) - g.Output(0)) / g.Input(1)).Round())).ReduceTo(g.Input(1)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("floats as in C", [SampleInput.Normal(2, 3), SampleInput.Uniform(0.5f, 2, 2, 3)], new Attributes { ["fmod"] = true }),
        new("integers", [SampleInput.Integers(-4, 7, 5, 4, -7, 8), SampleInput.Integers(2, -3, 8, -2, 3, 5)]),
        new("integers as in C", [SampleInput.Integers(-4, 7, 5, 4, -7, 8), SampleInput.Integers(2, -3, 8, -2, 3, 5)],
            new Attributes { ["fmod"] = true }),
    ];
}

/// <summary>ONNX <c>BitShift</c> of unsigned integers, in the <c>direction</c> LEFT or RIGHT; as many bits as there are, or more, leave 0.</summary>
public sealed class BitShift : Operator
{
    private static readonly Signature s_signature = new([new("X"), new("Y")], ["Z"]);

    /// <summary>The operator.</summary>
    public static BitShift Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "BitShift";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        if (inference.TypeOf(0) is not (ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64 or ElementType.Undefined))
            throw inference.Fail($"X is {inference.TypeOf(0)}; unsigned integers are expected.");
        if (inference.Attributes.String("direction", "") is not ("LEFT" or "RIGHT"))
            throw inference.Fail("the attribute direction must be LEFT or RIGHT.");
        Broadcast.CheckTypes(inference, 0, 1);
        inference.Output(0, inference.TypeOf(0), Broadcast.Common(inference, 0, 1));
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        switch (evaluation.Input(0).ElementType)
        {
            case ElementType.UInt8: Evaluate<byte>(evaluation); break;
            case ElementType.UInt16: Evaluate<ushort>(evaluation); break;
            case ElementType.UInt32: Evaluate<uint>(evaluation); break;
            default: Evaluate<ulong>(evaluation); break;
        }
    }

    private static void Evaluate<T>(Evaluation e)
        where T : unmanaged, IBinaryInteger<T>
    {
        bool left = e.Attributes.String("direction", "LEFT") == "LEFT";
        int bits = e.Input(0).ElementType.Size() * 8;
        var shape = e.Output(0).Shape;
        var x = e.Read<T>(0);
        var y = e.Read<T>(1);
        var z = e.Write<T>(0);
        var walk = new Walk(shape, Broadcast.Strides(e.Input(0).Shape, shape), Broadcast.Strides(e.Input(1).Shape, shape));
        for (int i = 0; walk.Next(); i++)
        {
            int distance = int.CreateSaturating(y[walk.Offsets[1]]);
            z[i] = distance >= bits ? T.Zero : left ? x[walk.Offsets[0]] << distance : x[walk.Offsets[0]] >>> distance;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("left", [SampleInput.Fixed(Tensor.From<byte>([16, 4, 1], [3])), SampleInput.Fixed(Tensor.From<byte>([1, 2, 9], [3]))],
            new Attributes { ["direction"] = "LEFT" }),
        new("right", [SampleInput.Fixed(Tensor.From<uint>([16, 4, 1], [3])), SampleInput.Fixed(Tensor.From<uint>([1, 2, 3], [3]))],
            new Attributes { ["direction"] = "RIGHT" }),
    ];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Pow</c>.</summary>
    public static Value Pow(this Value x, Value power) => x.Owner.Apply(Operators.Pow.Instance, [x, power]);
}
