using System.Text;
using Framework.Errors;
using Framework.Tensors;
using Interop.Native;

namespace Interop.LibTorch;

/// <summary>One of libtorch's own optimizers, over one tensor of weights; what ours are measured against, step by step.</summary>
public sealed unsafe class TorchOptimizer : IDisposable
{
    private readonly TorchApi _api;
    private readonly NativeHandle _optimizer;
    private readonly Tensor _weights;

    private TorchOptimizer(string kind, Tensor weights, TorchRuntime? runtime, params double[] options)
    {
        _api = (runtime ?? TorchRuntime.Find()).Api;
        _weights = weights;
        nint optimizer;
        fixed (byte* name = Encoding.UTF8.GetBytes(kind + '\0'))
        fixed (double* o = options)
        fixed (long* extents = weights.Shape.ToLongs())
        {
            var view = ViewOf(weights, extents);
            _api.Check(_api.OptimizerCreate(name, o, options.Length, &view, &optimizer), TorchRuntime.Engine);
        }

        _optimizer = new NativeHandle(optimizer, _api.OptimizerDestroy);
    }

    /// <summary><c>torch::optim::SGD</c>.</summary>
    /// <exception cref="EngineException">The library is absent.</exception>
    public static TorchOptimizer Sgd(Tensor weights, double momentum, double weightDecay = 0, bool nesterov = false, TorchRuntime? runtime = null) =>
        new("sgd", weights, runtime, momentum, weightDecay, nesterov ? 1 : 0);

    /// <summary><c>torch::optim::Adam</c>.</summary>
    /// <inheritdoc cref="Sgd"/>
    public static TorchOptimizer Adam(
        Tensor weights, double beta1, double beta2, double epsilon, double weightDecay = 0, TorchRuntime? runtime = null) =>
        new("adam", weights, runtime, beta1, beta2, epsilon, weightDecay);

    /// <summary><c>torch::optim::AdamW</c>.</summary>
    /// <inheritdoc cref="Sgd"/>
    public static TorchOptimizer AdamW(
        Tensor weights, double beta1, double beta2, double epsilon, double weightDecay = 0, TorchRuntime? runtime = null) =>
        new("adamw", weights, runtime, beta1, beta2, epsilon, weightDecay);

    /// <summary><c>torch::optim::RMSprop</c>.</summary>
    /// <inheritdoc cref="Sgd"/>
    public static TorchOptimizer RmsProp(
        Tensor weights, double alpha, double epsilon, double weightDecay = 0, double momentum = 0, bool centred = false, TorchRuntime? runtime = null) =>
        new("rmsprop", weights, runtime, alpha, epsilon, weightDecay, momentum, centred ? 1 : 0);

    /// <summary><c>torch::optim::Adagrad</c>.</summary>
    /// <inheritdoc cref="Sgd"/>
    public static TorchOptimizer Adagrad(Tensor weights, double rateDecay, double epsilon, double weightDecay = 0, TorchRuntime? runtime = null) =>
        new("adagrad", weights, runtime, rateDecay, weightDecay, epsilon);

    /// <summary>Makes a step: the weights change in place.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="gradients">Shaped like the weights.</param>
    public void Step(double rate, Tensor gradients)
    {
        if (gradients.Shape != _weights.Shape || gradients.ElementType != _weights.ElementType)
            throw new ShapeException("gradients", $"{gradients} do not fit the weights {_weights}.");
        fixed (long* extents = gradients.Shape.ToLongs())
        {
            var view = ViewOf(gradients, extents);
            _api.Check(_api.OptimizerStep(_optimizer.Value, rate, &view), TorchRuntime.Engine);
        }

        GC.KeepAlive(gradients);
        GC.KeepAlive(_weights);
    }

    /// <inheritdoc/>
    public void Dispose() => _optimizer.Dispose();

    private static TorchApi.View ViewOf(Tensor tensor, long* extents) =>
        new() { ElementType = (int)tensor.ElementType, Rank = tensor.Shape.Rank, Extents = extents, Data = tensor.Pointer };
}
