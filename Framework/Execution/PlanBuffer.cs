namespace Framework.Execution;

/// <summary>Who owns the memory of a value inside a plan.</summary>
internal enum BufferKind
{
    /// <summary>The plan's arena.</summary>
    Arena,

    /// <summary>The tensor that the user gives at each run.</summary>
    Input,

    /// <summary>The tensor that the user takes from each run.</summary>
    Output,

    /// <summary>The graph itself.</summary>
    Constant,
}

/// <summary>The memory of a value inside a plan; values that are views of each other share one.</summary>
internal sealed unsafe class PlanBuffer(BufferKind kind, nint byteCount)
{
    public BufferKind Kind { get; set; } = kind;

    public nint ByteCount { get; } = byteCount;

    /// <summary>Where it is: set once for the arena and constants, at each run for inputs and outputs.</summary>
    public byte* Address { get; set; }

    /// <summary>The first step that writes it.</summary>
    public int First { get; set; } = int.MaxValue;

    /// <summary>The last step that reads or writes it.</summary>
    public int Last { get; set; } = -1;
}
