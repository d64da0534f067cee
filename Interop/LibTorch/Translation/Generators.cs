using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>What is made out of shapes, numbers and class indices.</summary>
internal static class Generators
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("ConstantOfShape", ConstantOfShape),
        new("Range", Range),
        new("EyeLike", EyeLike),
        new("OneHot", OneHot),
        new("HannWindow", n => Window(n, "hann_window.periodic")),
        new("BlackmanWindow", n => Window(n, "blackman_window.periodic")),
        new("HammingWindow", n => Window(n, "hamming_window.periodic_alpha_beta", 25.0 / 46, 21.0 / 46)),
    ];

    private static TorchSlot ConstantOfShape(TorchNode n)
    {
        var value = n.Attributes.Find<Tensor>("value") ?? Tensor.From<float>([0], [1]);
        return n.Call("expand", n.Constant(value.To(n.OutputType)), n.OutputShape().ToLongs());
    }

    private static TorchSlot Range(TorchNode n)
    {
        double start = n.Number(0), step = n.Number(2);
        double[] values = [.. Enumerable.Range(0, n.OutputShape()[0]).Select(i => start + (i * step))];
        return n.Constant(Tensor.From(values, n.OutputShape()).To(n.OutputType));
    }

    private static TorchSlot EyeLike(TorchNode n)
    {
        int rows = n.OutputShape()[0], columns = n.OutputShape()[1];
        long diagonal = n.Attributes.Int("k", 0);
        var values = new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            if (i + diagonal >= 0 && i + diagonal < columns) values[(i * columns) + i + diagonal] = 1;
        }

        return n.Constant(Tensor.From(values, n.OutputShape()).To(n.OutputType));
    }

    private static TorchSlot Window(TorchNode n, string op, params TorchArgument[] shares) =>
        n.Call(op, [n.Integers(0)[0], n.Attributes.Int("periodic", 1) != 0, .. shares, TorchTypes.Code(n.OutputType)]);

    // An index beyond the depth makes a row without a one, which libtorch's own one_hot refuses.
    private static TorchSlot OneHot(TorchNode n)
    {
        int rank = n.OutputShape().Rank, axis = (int)n.Attributes.Int("axis", -1);
        if (axis < 0) axis += rank;
        long depth = n.OutputShape()[axis];
        var indices = n.Indices(0);
        var fromTheFront = n.Call("where.self", n.Call("lt.Scalar", indices, 0), n.Call("add.Scalar", indices, depth), indices);
        var isOn = n.Call("eq.Tensor", n.Call("unsqueeze", fromTheFront, axis), n.Along(n.Counting(depth), axis, rank));
        return n.Call("where.self", isOn, n.Call("select.int", n[2], 0, 1), n.Call("select.int", n[2], 0, 0));
    }
}
