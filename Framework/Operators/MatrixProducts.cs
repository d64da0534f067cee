using System.Numerics;
using Framework.Graphs;
using Framework.Operators.Reference;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>ONNX <c>Gemm</c>: <c>alpha A' B' + beta C</c>, where A' is A or, with <c>transA</c>, its transpose; C broadcasts.</summary>
public sealed class Gemm : NumericOperator
{
    private static readonly Signature s_signature =
        new([new("A"), new("B", InputRole.Parameter), new("C", InputRole.Parameter, Optional: true)], ["Y"]);

    /// <summary>The operator.</summary>
    public static Gemm Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Gemm";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var (a, b) = (inference.ShapeOf(0), inference.ShapeOf(1));
        if (a.Rank != 2 || b.Rank != 2) throw inference.Fail($"A {a} and B {b} must be matrices.", "Flatten the input first.");
        var (rows, inner) = inference.Attributes.Int("transA", 0) != 0 ? (a[1], a[0]) : (a[0], a[1]);
        var (inner2, columns) = inference.Attributes.Int("transB", 0) != 0 ? (b[1], b[0]) : (b[0], b[1]);
        if (inner.IsKnown && inner2.IsKnown && inner != inner2)
            throw inference.Fail($"A {a} gives rows of {inner} and B {b} takes rows of {inner2}; both must be equal.");
        SymbolicShape y = [rows, columns];
        if (inference.Has(2) && inference.Input(2).Shape is { } c && Broadcast.Common(inference, y, c) is var common && common.IsKnown && y.IsKnown
            && common != y)
            throw inference.Fail($"C {c} does not broadcast to {y}.");
        inference.Output(0, inference.TypeOf(0), y);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        bool transA = e.Attributes.Int("transA", 0) != 0, transB = e.Attributes.Int("transB", 0) != 0;
        T alpha = T.CreateTruncating(e.Attributes.Float("alpha", 1)), beta = T.CreateTruncating(e.Attributes.Float("beta", 1));
        var y = e.Output(0).Shape;
        int inner = e.Input(0).Shape[transA ? 0 : 1];
        var a = e.Read<T>(0);
        var b = e.Read<T>(1);
        var to = e.Write<T>(0);
        BlockedProduct.Multiply(a, transA, b, transB, to, y[0], y[1], inner);
        foreach (ref var value in to) value *= alpha;
        if (!e.Has(2)) return;
        var c = e.Read<T>(2);
        var walk = new Walk(y, Broadcast.Strides(e.Input(2).Shape, y));
        for (int i = 0; walk.Next(); i++) to[i] += beta * c[walk.Offsets[0]];
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        bool transA = g.Attributes.Int("transA", 0) != 0, transB = g.Attributes.Int("transB", 0) != 0;
        float alpha = g.Attributes.Float("alpha", 1), beta = g.Attributes.Float("beta", 1);
        if (g.Needs(0))
        {
            g.Set(0, transA
                ? g.Input(1).Gemm(g.Gradient, null, transA: transB, transB: true, alpha: alpha)
                : g.Gradient.Gemm(g.Input(1), null, transB: !transB, alpha: alpha));
        }

        if (g.Needs(1))
        {
            g.Set(1, transB
                ? g.Gradient.Gemm(g.Input(0), null, transA: true, transB: transA, alpha: alpha)
                : g.Input(0).Gemm(g.Gradient, null, transA: !transA, alpha: alpha));
        }

        if (g.Needs(2)) g.Set(2, (beta == 1 ? g.Gradient : g.Gradient * beta).ReduceTo(g.Input(2)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("plain", [SampleInput.Normal(3, 5), SampleInput.Normal(5, 4)]),
        new("linear layer", [SampleInput.Normal(3, 5), SampleInput.Normal(4, 5), SampleInput.Normal(4)], new Attributes { ["transB"] = true }),
        new("both turned", [SampleInput.Normal(5, 3), SampleInput.Normal(4, 5), SampleInput.Normal(3, 1)], new Attributes
        {
            ["transA"] = true, ["transB"] = true, ["alpha"] = 0.5f, ["beta"] = 2f,
        }),
        new("first turned", [SampleInput.Normal(5, 3), SampleInput.Normal(5, 4), SampleInput.Normal(3, 4)], new Attributes { ["transA"] = true }),
    ];
}

/// <summary>ONNX <c>MatMul</c>: matrix product over the last two axes, the others broadcast; vectors as in NumPy.</summary>
public sealed class MatMul : NumericOperator
{
    private static readonly Signature s_signature = new([new("A"), new("B", InputRole.Parameter)], ["Y"]);

    /// <summary>The operator.</summary>
    public static MatMul Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "MatMul";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), OutputShape(inference, 0, 1));
    }

    /// <summary>The shape of a product of two of a node's inputs.</summary>
    internal static SymbolicShape OutputShape(Inference inference, int left, int right)
    {
        var (a, b) = (inference.ShapeOf(left), inference.ShapeOf(right));
        if (a.Rank == 0 || b.Rank == 0) throw inference.Fail($"A {a} and B {b} must have at least one axis.");
        var inner = (a[^1], b.Rank == 1 ? b[0] : b[^2]);
        if (inner.Item1.IsKnown && inner.Item2.IsKnown && inner.Item1 != inner.Item2)
            throw inference.Fail($"A {a} gives rows of {inner.Item1} and B {b} takes rows of {inner.Item2}; both must be equal.");
        var batch = Broadcast.Common(inference, a.Rank > 2 ? a[..^2] : [], b.Rank > 2 ? b[..^2] : []);
        return [.. batch, .. a.Rank > 1 ? a[^2..^1] : [], .. b.Rank > 1 ? b[^1..] : []];
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        Shape a = e.Input(0).Shape, b = e.Input(1).Shape;
        if (a.Rank == 1) a = [1, a[0]];
        if (b.Rank == 1) b = [b[0], 1];
        int rows = a[^2], inner = a[^1], columns = b[^1];
        Shape batchA = a[..^2], batchB = b[..^2];
        int rank = Math.Max(batchA.Rank, batchB.Rank);
        var extents = new int[rank];
        for (int i = 1; i <= rank; i++)
            extents[^i] = Math.Max(i <= batchA.Rank ? batchA[^i] : 1, i <= batchB.Rank ? batchB[^i] : 1);
        var batch = new Shape(extents);
        var x = e.Read<T>(0);
        var w = e.Read<T>(1);
        var y = e.Write<T>(0);
        var walk = new Walk(batch, Broadcast.Strides(batchA, batch), Broadcast.Strides(batchB, batch));
        for (int i = 0; walk.Next(); i++)
        {
            BlockedProduct.Multiply(
                x.Slice(walk.Offsets[0] * rows * inner, rows * inner), false,
                w.Slice(walk.Offsets[1] * inner * columns, inner * columns), false,
                y.Slice(i * rows * columns, rows * columns), rows, columns, inner);
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Input(0).Shape is not { Rank: >= 2 } || g.Input(1).Shape is not { Rank: >= 2 })
            throw new Errors.UnsupportedModelException(g.Node.Place, "no gradient flows through a MatMul with a vector.",
                "Give the vector a second axis.");
        if (g.Needs(0)) g.Set(0, g.Gradient.MatMul(g.Input(1).SwapLastAxes()).ReduceTo(g.Input(0)));
        if (g.Needs(1)) g.Set(1, g.Input(0).SwapLastAxes().MatMul(g.Gradient).ReduceTo(g.Input(1)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("matrices", [SampleInput.Normal(3, 5), SampleInput.Normal(5, 4)]),
        new("batch", [SampleInput.Normal(2, 3, 5), SampleInput.Normal(2, 5, 4)]),
        new("batch against one", [SampleInput.Normal(2, 3, 5), SampleInput.Normal(5, 4)]),
    ];
}

/// <summary>
/// ONNX <c>Det</c>: the determinant of the square matrices in the last two axes, by elimination with pivots. It has no gradient rule.
/// </summary>
public sealed class Det : FloatOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static Det Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Det";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var x = inference.ShapeOf(0);
        if (x.Rank < 2 || (x[^1].IsKnown && x[^2].IsKnown && x[^1] != x[^2]))
            throw inference.Fail($"the last two axes of the input {x} must be square matrices.");
        inference.Output(0, inference.TypeOf(0), x[..^2]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        int n = e.Input(0).Shape[^1];
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int i = 0; i < y.Length; i++) y[i] = Determinant(x.Slice(i * n * n, n * n).ToArray(), n);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("batch", [SampleInput.Normal(2, 3, 3) with { IsFixed = true }])];

    private static T Determinant<T>(T[] a, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var determinant = T.One;
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(r => T.Abs(a[(r * n) + k]));
            if (T.IsZero(a[(pivot * n) + k])) return T.Zero;
            if (pivot != k) determinant = -determinant;
            for (int c = 0; c < n; c++) (a[(k * n) + c], a[(pivot * n) + c]) = (a[(pivot * n) + c], a[(k * n) + c]);
            determinant *= a[(k * n) + k];
            for (int r = k + 1; r < n; r++)
            {
                T factor = a[(r * n) + k] / a[(k * n) + k];
                for (int c = k; c < n; c++) a[(r * n) + c] -= factor * a[(k * n) + c];
            }
        }

        return determinant;
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Gemm</c>.</summary>
    public static Value Gemm(
        this Value a, Value b, Value? c, bool transA = false, bool transB = false, float alpha = 1, float beta = 1, string? name = null)
    {
        var attributes = new Attributes();
        if (alpha != 1) attributes.Add("alpha", alpha);
        if (beta != 1) attributes.Add("beta", beta);
        if (transA) attributes.Add("transA", transA);
        if (transB) attributes.Add("transB", transB);
        return a.Owner.Apply(Operators.Gemm.Instance, c is null ? [a, b] : [a, b, c], attributes, name);
    }

    /// <summary>ONNX <c>MatMul</c>.</summary>
    public static Value MatMul(this Value a, Value b) => a.Owner.Apply(Operators.MatMul.Instance, [a, b]);
}
