namespace Framework.Errors;

/// <summary>Shapes or element types of operands do not fit an operator's rule.</summary>
public sealed class ShapeException(string place, string problem, string? remedy = null, Exception? inner = null)
    : FrameworkException(place, problem, remedy, inner);

/// <summary>A model file, or a graph built from one, breaks the format's rules.</summary>
public sealed class ModelFormatException(string place, string problem, string? remedy = null, Exception? inner = null)
    : FrameworkException(place, problem, remedy, inner);

/// <summary>A model is well formed but needs something that is not implemented.</summary>
public sealed class UnsupportedModelException(string place, string problem, string? remedy = null, Exception? inner = null)
    : FrameworkException(place, problem, remedy, inner);

/// <summary>A run would take more memory than its budget allows.</summary>
public sealed class MemoryBudgetException(string place, string problem, string? remedy = null, Exception? inner = null)
    : FrameworkException(place, problem, remedy, inner);

/// <summary>A data file or a data set is not what it should be.</summary>
public sealed class DataFormatException(string place, string problem, string? remedy = null, Exception? inner = null)
    : FrameworkException(place, problem, remedy, inner);

/// <summary>An argument, an option or a name is not among those allowed.</summary>
public sealed class UsageException(string place, string problem, string? remedy = null, Exception? inner = null)
    : FrameworkException(place, problem, remedy, inner);

/// <summary>A reference engine's library is absent, or reported an error.</summary>
public sealed class EngineException(string place, string problem, string? remedy = null, Exception? inner = null)
    : FrameworkException(place, problem, remedy, inner);
