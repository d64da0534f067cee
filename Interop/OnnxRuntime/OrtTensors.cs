using Framework.Errors;
using Framework.Tensors;
using Interop.Native;

namespace Interop.OnnxRuntime;

/// <summary>The engine's values over the memory of our tensors, for the length of one run; and our tensors over its values.</summary>
internal sealed unsafe class OrtTensors : IDisposable
{
    private readonly NativeHandle[] _handles;
    private readonly nint[] _values;

    /// <summary>Makes a value over each tensor's memory, in the given order. The caller keeps the tensors alive.</summary>
    public OrtTensors(OrtRuntime runtime, IEnumerable<Tensor> tensors)
    {
        Tensor[] all = [.. tensors];
        _handles = new NativeHandle[all.Length];
        _values = new nint[all.Length];
        for (int i = 0; i < all.Length; i++)
        {
            _values[i] = Value(runtime, all[i]);
            _handles[i] = new NativeHandle(_values[i], runtime.Api.ReleaseValue);
        }
    }

    /// <summary>The values; valid until this is disposed.</summary>
    public ReadOnlySpan<nint> Values => _values;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var handle in _handles) handle.Dispose();
    }

    /// <summary>A tensor over the memory of a value, which lives as long as the tensor.</summary>
    /// <param name="api">The engine.</param>
    /// <param name="value">The value.</param>
    /// <param name="inputs">What went into the run: a value that only passes an input on lies in that input's memory.</param>
    /// <param name="place">What errors name.</param>
    /// <exception cref="EngineException">The value is not a tensor, or of a type that is unknown here.</exception>
    public static Tensor FromValue(OrtApi api, NativeHandle value, IEnumerable<Tensor> inputs, string place)
    {
        int isTensor = 0;
        if (!value.IsInvalid) api.Check(api.IsTensor(value.Value, &isTensor), place);
        if (isTensor == 0) throw new EngineException(place, "the engine's result is not a tensor.");

        nint info;
        api.Check(api.GetTensorTypeAndShape(value.Value, &info), place);
        using var description = new NativeHandle(info, api.ReleaseTensorTypeAndShapeInfo);
        var (elementType, extents) = OrtSignature.Describe(api, info, place);
        if (elementType == ElementType.Undefined) throw new EngineException(place, "the engine's result has an element type that is unknown here.");

        void* data;
        api.Check(api.GetTensorMutableData(value.Value, &data), place);
        var shape = Shape.From(extents);
        return NativeTensor.Over(value, data, elementType, shape, inputs);
    }

    private static nint Value(OrtRuntime runtime, Tensor tensor)
    {
        long[] extents = tensor.Shape.ToLongs();
        nint value;
        fixed (long* e = extents)
        {
            runtime.Api.Check(
                runtime.Api.CreateTensorWithDataAsOrtValue(
                    runtime.CpuMemory.Value, tensor.Pointer, (nuint)tensor.ByteCount, e, (nuint)extents.Length, (int)tensor.ElementType, &value),
                OrtRuntime.Engine);
        }

        return value;
    }
}
