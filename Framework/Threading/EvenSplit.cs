namespace Framework.Threading;

/// <summary>
/// A length cut into as few parts as a largest part allows, the parts differing by one at most. Thirteen cut by at most
/// twelve is 7 + 6: no part is left so short that a kernel starves.
/// </summary>
public readonly record struct EvenSplit
{
    private readonly int _short;
    private readonly int _longParts;

    /// <summary>Cuts <paramref name="length"/> into parts of at most <paramref name="largest"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An argument is below 1.</exception>
    public EvenSplit(int length, int largest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(largest, 1);
        Parts = ((length - 1) / largest) + 1;
        _short = length / Parts;
        _longParts = length % Parts;
    }

    /// <summary>The number of parts.</summary>
    public int Parts { get; }

    /// <summary>The length of the longest part.</summary>
    public int Longest => _short + (_longParts == 0 ? 0 : 1);

    /// <summary>Where a part starts; for <see cref="Parts"/> itself, the whole length.</summary>
    public int Start(int part) => (part * _short) + Math.Min(part, _longParts);

    /// <summary>The length of a part.</summary>
    public int Length(int part) => _short + (part < _longParts ? 1 : 0);
}
