namespace Framework.Operators;

/// <summary>
/// Operators as methods of values, so that a forward pass reads as a sentence. Each operator's method stands on the operator's page.
/// </summary>
public static partial class ValueOperators;
