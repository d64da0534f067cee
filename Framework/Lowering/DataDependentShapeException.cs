namespace Framework.Lowering;

/// <summary>A graph has no plan for given input shapes, because a shape within follows from data. The session knows what to do then.</summary>
internal sealed class DataDependentShapeException(string message) : Exception(message);
