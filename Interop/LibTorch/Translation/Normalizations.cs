namespace Interop.LibTorch.Translation;

/// <summary>Normalisation by statistics of the batch, of a channel, of a layer or of neighbouring channels.</summary>
internal static class Normalizations
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("BatchNormalization", BatchNormalization),
        new("grad.BatchNormalizationTraining", BatchNormalizationTraining),
        new("InstanceNormalization", InstanceNormalization),
        new("LayerNormalization", LayerNormalization),
        new("GroupNormalization", GroupNormalization),
        new("LRN", LocalResponseNormalization),
    ];

    private static double Epsilon(TorchNode n) => n.Attributes.Float("epsilon", 1e-5f);

    private static TorchSlot BatchNormalization(TorchNode n)
    {
        if (n.Attributes.Int("training_mode", 0) == 0) return ByGivenStatistics(n);
        // libtorch's own running variance is divided by n - 1, ONNX's by n.
        if (n.Wants(1) || n.Wants(2)) SetStatistics(n, unbiased: false);
        return n.Call("batch_norm", n[0], n[1], n[2], TorchArgument.None, TorchArgument.None, true, 0.0, Epsilon(n), false);
    }

    private static TorchSlot ByGivenStatistics(TorchNode n)
    {
        if (!n.IsDifferentiated(3) && !n.IsDifferentiated(4))
            return n.Call("batch_norm", n[0], n[1], n[2], n[3], n[4], false, 0.0, Epsilon(n), false);

        // libtorch's own has no gradient with respect to the statistics.
        int rank = n.Shape(0).Rank;
        var deviation = n.Call("sqrt", n.Call("add.Scalar", n[4], Epsilon(n)));
        var factor = n.Along(n.Call("div.Tensor", n[1], deviation), 1, rank);
        var centred = n.Call("sub.Tensor", n[0], n.Along(n[3], 1, rank));
        return n.Call("add.Tensor", n.Call("mul.Tensor", centred, factor), n.Along(n[2], 1, rank));
    }

    private static TorchSlot BatchNormalizationTraining(TorchNode n)
    {
        bool unbiased = n.Attributes.Int("unbiased", 0) != 0;
        TorchArgument mean = TorchArgument.None, variance = TorchArgument.None;
        bool statisticsCount = Enumerable.Range(1, 4).Any(n.GetsGradient);
        if (statisticsCount || !unbiased)
        {
            SetStatistics(n, unbiased);
        }
        else
        {
            // libtorch's own update, in copies: its convention judges ours. No gradient flows through it.
            TorchSlot ownMean = n.Call("clone", n.Call("detach", n[3])), ownVariance = n.Call("clone", n.Call("detach", n[4]));
            (mean, variance) = (ownMean, ownVariance);
            if (n.Wants(1)) n.Set(1, ownMean);
            if (n.Wants(2)) n.Set(2, ownVariance);
        }

        var results = n.CallMany("native_batch_norm", 3, n[0], n[1], n[2], mean, variance, true, 1 - Kept(n), Epsilon(n));
        for (int output = 3; output < 5 && !statisticsCount; output++)
        {
            if (n.Wants(output)) n.Set(output, results[output - 2]);
        }

        return results[0];
    }

    /// <summary>Sets the running statistics and, where the node has them, those of the batch, all with gradients.</summary>
    private static void SetStatistics(TorchNode n, bool unbiased)
    {
        // ONNX keeps the share `momentum` of the old statistic; libtorch's momentum is the share of the new one.
        long[] axes = [.. Enumerable.Range(0, n.Shape(0).Rank).Where(axis => axis != 1).Select(axis => (long)axis)];
        var batch = n.CallMany("var_mean.dim", 2, n[0], axes, false, false);
        long count = n.Shape(0).ElementCount / n.Shape(0)[1];
        var variance = unbiased ? n.Call("mul.Scalar", batch[0], (double)count / (count - 1)) : batch[0];
        if (n.Wants(1)) n.Set(1, n.Call("lerp.Scalar", batch[1], n[3], Kept(n)));
        if (n.Wants(2)) n.Set(2, n.Call("lerp.Scalar", variance, n[4], Kept(n)));
        if (n.Wants(3)) n.Set(3, batch[1]);
        if (n.Wants(4)) n.Set(4, n.Call("rsqrt", n.Call("add.Scalar", batch[0], Epsilon(n))));
    }

    private static double Kept(TorchNode n) => n.Attributes.Float("momentum", 0.9f);

    private static TorchSlot InstanceNormalization(TorchNode n) =>
        n.Call("instance_norm", n[0], n[1], n[2], TorchArgument.None, TorchArgument.None, true, 0.0, Epsilon(n), false);

    private static TorchSlot LayerNormalization(TorchNode n)
    {
        var normalized = n.Shape(0)[n.Axis("axis", -1)..];
        var scale = n.Shape(1) == normalized ? n[1] : n.Call("expand", n[1], normalized.ToLongs());
        var bias = !n.Has(2) || n.Shape(2) == normalized ? n.Optional(2) : n.Call("expand", n[2], normalized.ToLongs());
        var results = n.CallMany("native_layer_norm", 3, n[0], normalized.ToLongs(), scale, bias, Epsilon(n));
        for (int output = 1; output < 3; output++)
        {
            if (n.Wants(output)) n.Set(output, n.Reshape(results[output], n.OutputShape(output).ToLongs()));
        }

        return results[0];
    }

    private static TorchSlot GroupNormalization(TorchNode n)
    {
        long groups = n.Attributes.Int("num_groups", 1), channels = n.Shape(0)[1];
        return n.Call("group_norm", n[0], groups, PerChannel(1), PerChannel(2), Epsilon(n), false);

        // Before opset 21 scale and bias have one element a group.
        TorchSlot PerChannel(int input) =>
            n.Shape(input)[0] == channels ? n[input] : n.Call("repeat_interleave.self_int", n[input], channels / groups);
    }

    // The mean of squares over neighbouring channels is an average pool along a channel axis, beyond whose ends there are zeros.
    private static TorchSlot LocalResponseNormalization(TorchNode n)
    {
        long size = n.Attributes.Int("size", 1), before = (size - 1) / 2, after = size - 1 - before;
        double alpha = n.Attributes.Float("alpha", 1e-4f), beta = n.Attributes.Float("beta", 0.75f), bias = n.Attributes.Float("bias", 1);
        var shape = n.Shape(0);
        var squares = n.Reshape(n.Call("mul.Tensor", n[0], n[0]), shape[0], 1, shape[1], shape[2..].ElementCount);
        var padded = n.Call("constant_pad_nd", squares, new long[] { 0, 0, before, after }, 0.0);
        var means = n.Reshape(n.Call("avg_pool2d", padded, new long[] { size, 1 }, new long[] { 1, 1 }), shape.ToLongs());
        var scale = n.Call("pow.Tensor_Scalar", n.Call("add.Scalar", n.Call("mul.Scalar", means, alpha), bias), beta);
        return n.Call("div.Tensor", n[0], scale);
    }
}
