namespace Validation.Conformance;

/// <summary>How a conformance case ended.</summary>
public enum CaseStatus
{
    /// <summary>All outputs agree.</summary>
    Passed,

    /// <summary>The model ran, and an output disagrees.</summary>
    Failed,

    /// <summary>The model was refused, since it needs what is not implemented.</summary>
    Unsupported,

    /// <summary>The model could not be read or run.</summary>
    Error,
}

/// <summary>What came of a conformance case.</summary>
/// <param name="Name">The case's folder below the suite's, as in <c>node/test_abs</c>.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Message">Why it did not pass; empty where it did.</param>
/// <param name="MaxAbs">The largest difference of two finite elements; null where nothing could be compared.</param>
public sealed record CaseResult(string Name, CaseStatus Status, string Message, double? MaxAbs);
