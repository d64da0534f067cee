namespace Validation.Benchmarks;

/// <summary>An engine that does the same work again and again: an inference, or a training step.</summary>
public interface IContender : IDisposable
{
    /// <summary>The name by which a user asks for it.</summary>
    string Engine { get; }

    /// <summary>Its version.</summary>
    string Version { get; }

    /// <summary>Does the work once, as an application would, into memory that is there already where the engine allows it.</summary>
    void Run();
}
