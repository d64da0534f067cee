using System.Text;
using Framework.Errors;
using Framework.Tensors;
using Interop.Native;

namespace Interop.OnnxRuntime;

/// <summary>A model loaded into ONNX Runtime. Tensors go in and come out without a copy.</summary>
/// <remarks>A session may run from several threads at once.</remarks>
public sealed unsafe class OrtSession : IDisposable
{
    private readonly OrtRuntime _runtime;
    private readonly NativeHandle _session;
    private readonly string _place;
    private readonly OrtNames _inputNames;
    private readonly OrtNames _outputNames;

    /// <summary>Loads a model from its file; data beside it is found by the engine.</summary>
    /// <param name="modelFile">The ONNX file.</param>
    /// <param name="options">How to run it; null for the engine's defaults.</param>
    /// <param name="runtime">The library; null for <see cref="OrtRuntime.Find"/>.</param>
    /// <exception cref="EngineException">The library is absent, or refuses the model.</exception>
    public OrtSession(string modelFile, OrtSessionOptions? options = null, OrtRuntime? runtime = null)
        : this(runtime ??= OrtRuntime.Find(), $"model '{modelFile}'", Open(runtime, modelFile, options ?? new()))
    {
    }

    /// <summary>Loads a model from memory, which may be reused afterwards.</summary>
    /// <param name="model">The bytes of an ONNX file without external data.</param>
    /// <param name="options">How to run it; null for the engine's defaults.</param>
    /// <param name="runtime">The library; null for <see cref="OrtRuntime.Find"/>.</param>
    /// <exception cref="EngineException">The library is absent, or refuses the model.</exception>
    public OrtSession(ReadOnlySpan<byte> model, OrtSessionOptions? options = null, OrtRuntime? runtime = null)
        : this(runtime ??= OrtRuntime.Find(), "model in memory", Open(runtime, model, options ?? new()))
    {
    }

    private OrtSession(OrtRuntime runtime, string place, NativeHandle session)
    {
        _runtime = runtime;
        _place = place;
        _session = session;
        Inputs = OrtSignature.Inputs(runtime.Api, session, place);
        Outputs = OrtSignature.Outputs(runtime.Api, session, place);
        _inputNames = new OrtNames(Inputs, $"{place}, input");
        _outputNames = new OrtNames(Outputs, $"{place}, output");
    }

    /// <summary>The model's inputs, in its order.</summary>
    public IReadOnlyList<OrtValueInfo> Inputs { get; }

    /// <summary>The model's outputs, in its order.</summary>
    public IReadOnlyList<OrtValueInfo> Outputs { get; }

    /// <summary>Runs the model; its outputs stay in the engine's memory.</summary>
    /// <param name="inputs">A tensor for each input, by name.</param>
    /// <param name="outputs">The outputs that are wanted; null for all.</param>
    /// <returns>The outputs by name. They outlive the session.</returns>
    /// <exception cref="EngineException">A name is unknown, a tensor does not fit, or the engine fails.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs, IReadOnlyList<string>? outputs = null)
    {
        outputs ??= [.. Outputs.Select(o => o.Name)];
        var values = new nint[outputs.Count];
        Run(inputs, outputs, values);

        // Every value is owned before the first one is looked into, so that none is lost when one turns out to be no tensor.
        var owned = Array.ConvertAll(values, v => new NativeHandle(v, _runtime.Api.ReleaseValue, _session));
        var results = new Dictionary<string, Tensor>(owned.Length);
        for (int i = 0; i < owned.Length; i++)
            results.Add(outputs[i], OrtTensors.FromValue(_runtime.Api, owned[i], inputs.Values, $"{_place}, output '{outputs[i]}'"));
        return results;
    }

    /// <summary>Runs the model; its outputs are written where the caller says.</summary>
    /// <param name="inputs">A tensor for each input, by name.</param>
    /// <param name="outputs">The tensors, of the right type and shape, that the outputs of these names are written to.</param>
    /// <exception cref="EngineException">A name is unknown, a tensor does not fit, or the engine fails.</exception>
    public void RunInto(IReadOnlyDictionary<string, Tensor> inputs, IReadOnlyDictionary<string, Tensor> outputs)
    {
        string[] names = [.. outputs.Keys];
        using var targets = new OrtTensors(_runtime, outputs.Values);
        var values = targets.Values.ToArray();
        Run(inputs, names, values);
        GC.KeepAlive(outputs);
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    /// <summary>Runs into <paramref name="values"/>: those that are not null are written to, the others come from the engine.</summary>
    private void Run(IReadOnlyDictionary<string, Tensor> inputs, IReadOnlyList<string> outputs, Span<nint> values)
    {
        var inputNames = new nint[inputs.Count];
        var outputNames = new nint[outputs.Count];
        _inputNames.Addresses(inputs.Keys, inputNames);
        _outputNames.Addresses(outputs, outputNames);
        if (Inputs.FirstOrDefault(i => !inputs.ContainsKey(i.Name)) is { } missing)
            throw new EngineException($"{_place}, input '{missing.Name}'", "no tensor was given.");
        using var sources = new OrtTensors(_runtime, inputs.Values);

        bool held = false;
        try
        {
            _session.DangerousAddRef(ref held);
            fixed (nint* inNames = inputNames, outNames = outputNames, ins = sources.Values, outs = values)
            {
                _runtime.Api.Check(
                    _runtime.Api.Run(_session.Value, 0, (byte**)inNames, ins, (nuint)inputs.Count, (byte**)outNames, (nuint)outputs.Count, outs),
                    _place);
            }
        }
        finally
        {
            if (held) _session.DangerousRelease();
        }

        GC.KeepAlive(inputs);
    }

    private static NativeHandle Open(OrtRuntime runtime, string file, OrtSessionOptions options)
    {
        // The engine's character type for paths is the platform's: UTF-16 on Windows, UTF-8 elsewhere.
        byte[] path = (OperatingSystem.IsWindows() ? Encoding.Unicode : Encoding.UTF8).GetBytes(file + '\0');
        using var settings = options.ToNative(runtime.Api);
        nint session;
        fixed (byte* p = path)
            runtime.Api.Check(runtime.Api.CreateSession(runtime.Environment.Value, p, settings.Value, &session), $"model '{file}'");
        return new NativeHandle(session, runtime.Api.ReleaseSession);
    }

    private static NativeHandle Open(OrtRuntime runtime, ReadOnlySpan<byte> model, OrtSessionOptions options)
    {
        using var settings = options.ToNative(runtime.Api);
        nint session;
        fixed (byte* p = model)
        {
            runtime.Api.Check(
                runtime.Api.CreateSessionFromArray(runtime.Environment.Value, p, (nuint)model.Length, settings.Value, &session), "model in memory");
        }

        return new NativeHandle(session, runtime.Api.ReleaseSession);
    }
}
