using System.Text;
using Interop.Native;

namespace Interop.OnnxRuntime;

/// <summary>How far ONNX Runtime may rewrite a graph. The numbers are the engine's.</summary>
public enum OrtOptimization
{
    /// <summary>Every node runs as it stands in the file.</summary>
    None = 0,

    /// <summary>What keeps the meaning on any device: constant folding, removal of redundant nodes.</summary>
    Basic = 1,

    /// <summary>Also fusions for the processor.</summary>
    Extended = 2,

    /// <summary>Also changes of memory layout.</summary>
    All = 99,
}

/// <summary>How a session runs its graph.</summary>
public sealed record OrtSessionOptions
{
    /// <summary>Threads that work on one operator; 0 lets the engine take one for each physical core.</summary>
    public int Threads { get; init; }

    /// <summary>How far the graph may be rewritten.</summary>
    public OrtOptimization Optimization { get; init; } = OrtOptimization.All;

    /// <summary>Whether kernels that may differ from run to run are avoided.</summary>
    public bool Deterministic { get; init; }

    /// <summary>Further settings by the engine's own keys, as in <c>session.intra_op.allow_spinning</c>.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>The engine's own object with these settings.</summary>
    internal unsafe NativeHandle ToNative(OrtApi api)
    {
        nint created;
        api.Check(api.CreateSessionOptions(&created), OrtRuntime.Engine);
        var native = new NativeHandle(created, api.ReleaseSessionOptions);
        try
        {
            api.Check(api.SetSessionGraphOptimizationLevel(created, (int)Optimization), OrtRuntime.Engine);
            api.Check(api.SetIntraOpNumThreads(created, Threads), OrtRuntime.Engine);
            api.Check(api.SetInterOpNumThreads(created, 1), OrtRuntime.Engine);
            api.Check(api.SetDeterministicCompute(created, Deterministic ? (byte)1 : (byte)0), OrtRuntime.Engine);
            foreach (var (key, value) in Configuration)
            {
                fixed (byte* k = Encoding.UTF8.GetBytes(key + '\0'), v = Encoding.UTF8.GetBytes(value + '\0'))
                    api.Check(api.AddSessionConfigEntry(created, k, v), $"{OrtRuntime.Engine} setting '{key}'");
            }
        }
        catch
        {
            native.Dispose();
            throw;
        }

        return native;
    }
}
