using Framework.Errors;
using Framework.Execution;

namespace Validation.Benchmarks;

/// <summary>Engines by name.</summary>
public static class Contenders
{
    /// <summary>Ours.</summary>
    public const string Own = "cnn";

    private const string OnnxRuntime = "onnxruntime", LibTorch = "libtorch";

    /// <summary>The names of the others.</summary>
    public static IReadOnlyList<string> Others { get; } = [OnnxRuntime, LibTorch];

    /// <summary>Loads the work's file into ours and runs it once.</summary>
    /// <param name="work">The work.</param>
    /// <param name="options">How it runs; the threads are the work's.</param>
    public static IOwnContender OpenOwn(Work work, SessionOptions? options = null) => work.Training ? new OwnTraining(work, options) : new OwnInference(work, options);

    /// <summary>Loads the work's file into an engine and runs it once.</summary>
    /// <param name="engine">The engine's name.</param>
    /// <param name="work">The work.</param>
    /// <param name="options">How ours runs.</param>
    /// <exception cref="EngineException">The engine is absent, or refuses the file.</exception>
    /// <exception cref="UsageException">There is no such engine, or it does not train.</exception>
    public static IContender Open(string engine, Work work, SessionOptions? options = null) => (engine, work.Training) switch
    {
        (Own, _) => OpenOwn(work, options),
        (OnnxRuntime, false) => new OnnxRuntimeInference(work),
        (OnnxRuntime, true) => throw new UsageException("onnxruntime", "its library for inference does not train.", "Compare training with libtorch."),
        (LibTorch, false) => new LibTorchInference(work),
        (LibTorch, true) => new LibTorchTraining(work),
        _ => throw new UsageException(engine, "is no engine.", $"Known are {string.Join(", ", Others)}."),
    };
}
