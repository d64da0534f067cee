using Framework.Execution;

namespace Validation.Benchmarks;

/// <summary>This framework, which can say what it runs.</summary>
public interface IOwnContender : IContender
{
    /// <summary>The plans that run, in their order.</summary>
    IReadOnlyList<Plan> Plans { get; }
}
