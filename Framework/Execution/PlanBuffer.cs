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

    /// <summary>A larger buffer of which this is a part.</summary>
    Part,
}

/// <summary>The memory of a value inside a plan; values that are views of each other share one.</summary>
internal sealed unsafe class PlanBuffer(BufferKind kind, nint byteCount)
{
    private PlanBuffer? _whole;
    private nint _offset;
    private byte* _address;

    public BufferKind Kind { get; set; } = kind;

    public nint ByteCount { get; } = byteCount;

    /// <summary>Where it is: set once for the arena and constants, at each run for inputs and outputs.</summary>
    public byte* Address
    {
        get => _whole is null ? _address : _whole.Address + _offset;
        set => _address = value;
    }

    /// <summary>The buffer that this is a part of, however deep; itself where it is of none.</summary>
    public PlanBuffer Root => _whole?.Root ?? this;

    /// <summary>The first step that writes it, or a part of it.</summary>
    public int First { get; private set; } = int.MaxValue;

    /// <summary>The last step that reads or writes it, or a part of it.</summary>
    public int Last { get; private set; } = -1;

    /// <summary>Makes it a part of a larger buffer.</summary>
    public void PlaceIn(PlanBuffer whole, nint offset)
    {
        (_whole, _offset, Kind) = (whole, offset, BufferKind.Part);
    }

    /// <summary>Says that a step reads or writes it.</summary>
    public void Touch(int step)
    {
        First = Math.Min(First, step);
        Last = Math.Max(Last, step);
        _whole?.Touch(step);
    }
}
