using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>
/// Pooling over one to three spatial axes. libtorch's own operators serve where they have the node's form; otherwise padding is a step
/// of its own, and an average is a sum over a window of ones divided by how many places it counts.
/// </summary>
internal static class Poolings
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("MaxPool", MaxPool),
        new("AveragePool", AveragePool),
        new("LpPool", LpPool),
        new("GlobalAveragePool", n => n.Call("mean.dim", n[0], SpatialAxes(n), true)),
        new("GlobalMaxPool", GlobalMaxPool),
        new("GlobalLpPool", GlobalLpPool),
        new("MaxUnpool", MaxUnpool),
    ];

    private static TorchSlot MaxPool(TorchNode n)
    {
        var window = WindowOf(n);
        bool native = IsNative(n, window);
        var x = native ? n[0] : n.Call("constant_pad_nd", n[0], SpatialWindow.InnermostFirst(window.Begin, window.Reached), double.NegativeInfinity);
        var results = n.CallMany(
            $"max_pool{window.Rank}d_with_indices", 2, x, window.Kernel, window.Strides, native ? window.Begin : new long[window.Rank],
            window.Dilations, native && Ceil(n));
        if (n.Wants(1)) n.Set(1, PlacesInInput(n, window, native, results[1]));
        return results[0];
    }

    // libtorch counts places within a channel of what it pooled, ONNX within the whole input: look them up in the numbered input.
    private static TorchSlot PlacesInInput(TorchNode n, SpatialWindow window, bool native, TorchSlot places)
    {
        long[] shape = n.Shape(0).ToLongs();
        var numbers = n.Counting(n.Shape(0).ElementCount);
        if (n.Attributes.Int("storage_order", 0) != 0)
        {
            int[] turned = [0, 1, .. Enumerable.Range(2, window.Rank).Reverse()];
            numbers = n.Call("permute", n.Reshape(numbers, [.. turned.Select(axis => shape[axis])]), Array.ConvertAll(turned, axis => (long)axis));
        }

        numbers = n.Reshape(numbers, shape);
        if (!native) numbers = n.Call("constant_pad_nd", numbers, SpatialWindow.InnermostFirst(window.Begin, window.Reached), -1);
        var picked = n.Call("gather", n.Call("flatten.using_ints", numbers, 2), 2, n.Call("flatten.using_ints", places, 2));
        return n.Reshape(picked, n.OutputShape().ToLongs());
    }

    private static TorchSlot AveragePool(TorchNode n)
    {
        var window = WindowOf(n);
        bool padded = n.Attributes.Int("count_include_pad", 0) != 0;
        if (IsNative(n, window) && window.Dilations.All(d => d == 1))
            return n.Call($"avg_pool{window.Rank}d", n[0], window.Kernel, window.Strides, window.Begin, Ceil(n), padded);
        return n.Call("div.Tensor", SumOverWindow(n, n[0], window), n.Constant(Counts(n, window, padded)));
    }

    private static TorchSlot LpPool(TorchNode n)
    {
        long p = n.Attributes.Int("p", 2);
        var powers = n.Call("pow.Tensor_Scalar", n.Call("abs", n[0]), p);
        return n.Call("pow.Tensor_Scalar", SumOverWindow(n, powers, WindowOf(n)), 1.0 / p);
    }

    private static TorchSlot GlobalLpPool(TorchNode n)
    {
        long p = n.Attributes.Int("p", 2);
        var powers = n.Call("pow.Tensor_Scalar", n.Call("abs", n[0]), p);
        return n.Call("pow.Tensor_Scalar", n.Call("sum.dim_IntList", powers, SpatialAxes(n), true), 1.0 / p);
    }

    // A pool, not amax: of several greatest elements amax gives each a part of the gradient, a pool gives the first one all.
    private static TorchSlot GlobalMaxPool(TorchNode n)
    {
        var shape = n.Shape(0);
        long places = shape[2..].ElementCount;
        var flat = n.Reshape(n[0], shape[0], shape[1], places);
        return n.Reshape(n.Call("max_pool1d", flat, new long[] { places }), n.OutputShape().ToLongs());
    }

    private static TorchSlot MaxUnpool(TorchNode n)
    {
        var empty = n.Call("new_zeros", n[0], new long[] { n.OutputShape().ElementCount });
        return n.Reshape(n.Call("scatter.src", empty, 0, n.Reshape(n.Indices(1), -1), n.Reshape(n[0], -1)), n.OutputShape().ToLongs());
    }

    private static TorchSlot SumOverWindow(TorchNode n, TorchSlot x, SpatialWindow window)
    {
        long channels = n.Shape(0)[1];
        long[] shape = [channels, 1, .. window.Kernel];
        var ones = n.Call("new_ones", x, shape);
        var padded = n.Call("constant_pad_nd", x, SpatialWindow.InnermostFirst(window.Begin, window.Reached), 0.0);
        long[] none = new long[window.Rank];
        return n.Call("convolution", padded, ones, TorchArgument.None, window.Strides, none, window.Dilations, false, none, channels);
    }

    /// <summary>How many places each window counts: those in the input, or in the input and its declared padding; shape [1, 1, spatial...].</summary>
    private static Tensor Counts(TorchNode n, SpatialWindow window, bool padded)
    {
        double[] counts = [1];
        for (int i = 0; i < window.Rank; i++)
        {
            long low = padded ? -window.Begin[i] : 0, high = n.Shape(0)[i + 2] + (padded ? window.End[i] : 0);
            var along = new double[n.OutputShape()[i + 2]];
            for (int o = 0; o < along.Length; o++)
            {
                for (long tap = 0; tap < window.Kernel[i]; tap++)
                {
                    long place = (o * window.Strides[i]) - window.Begin[i] + (tap * window.Dilations[i]);
                    if (place >= low && place < high) along[o]++;
                }
            }

            counts = [.. counts.SelectMany(c => along.Select(a => c * a))];
        }

        return Tensor.From(counts, [1, 1, .. n.OutputShape()[2..]]).To(n.Type(0));
    }

    private static SpatialWindow WindowOf(TorchNode n) => SpatialWindow.Of(n, n.Attributes.Ints("kernel_shape")!, n.OutputShape());

    /// <summary>Whether libtorch's own pooling operators take the window, which allow padding of half a kernel at most.</summary>
    private static bool IsNative(TorchNode n, SpatialWindow window) => window.IsSymmetric
        && n.Attributes.String("auto_pad", "NOTSET") is "NOTSET" or "VALID"
        && window.Begin.Zip(window.Kernel).All(p => p.First <= p.Second / 2);

    private static bool Ceil(TorchNode n) => n.Attributes.Int("ceil_mode", 0) != 0;

    private static long[] SpatialAxes(TorchNode n) => [.. Enumerable.Range(2, n.Shape(0).Rank - 2).Select(axis => (long)axis)];
}
