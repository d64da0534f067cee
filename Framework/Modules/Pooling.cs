using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>The maximum of each window of [N, C, L].</summary>
/// <param name="kernel">Length of the window.</param>
/// <param name="stride">Step of the window; null takes the window's length.</param>
/// <param name="padding">Places put before and after that never win.</param>
/// <param name="ceilMode">Whether a last window that reaches past the end counts.</param>
public sealed class MaxPool1d(int kernel, int? stride = null, int padding = 0, bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    public override Value Forward(Value x) => x.MaxPool(PoolAttributes.Of([kernel], stride is { } s ? [s] : null, [padding], ceilMode), Path);
}

/// <summary>The maximum of each window of [N, C, H, W].</summary>
/// <param name="kernel">Height and width of the window.</param>
/// <param name="stride">Step of the window; null takes the window's size.</param>
/// <param name="padding">Places put around the image that never win.</param>
/// <param name="ceilMode">Whether a last window that reaches past the end counts.</param>
public sealed class MaxPool2d(Extent2d kernel, Extent2d? stride = null, Extent2d? padding = null, bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    public override Value Forward(Value x) =>
        x.MaxPool(PoolAttributes.Of(kernel.ToArray(), stride?.ToArray(), padding?.ToArray(), ceilMode), Path);
}

/// <summary>The mean of each window of [N, C, H, W]; padding counts, as in PyTorch.</summary>
/// <param name="kernel">Height and width of the window.</param>
/// <param name="stride">Step of the window; null takes the window's size.</param>
/// <param name="padding">Zeros put around the image.</param>
/// <param name="ceilMode">Whether a last window that reaches past the end counts.</param>
public sealed class AvgPool2d(Extent2d kernel, Extent2d? stride = null, Extent2d? padding = null, bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        var attributes = PoolAttributes.Of(kernel.ToArray(), stride?.ToArray(), padding?.ToArray(), ceilMode);
        return x.AveragePool(padding is null ? attributes : attributes.With("count_include_pad", true), Path);
    }
}

internal static class PoolAttributes
{
    public static Attributes Of(int[] kernel, int[]? stride = null, int[]? padding = null, bool ceilMode = false)
    {
        var attributes = new Window(kernel, stride ?? kernel, padding).Attributes;
        return ceilMode ? attributes.With("ceil_mode", true) : attributes;
    }
}
