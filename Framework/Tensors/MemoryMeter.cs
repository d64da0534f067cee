using Framework.Errors;

namespace Framework.Tensors;

/// <summary>Counts the memory that a run needs against what it may take, before it is taken.</summary>
/// <param name="budget">Bytes that may be taken.</param>
public sealed class MemoryMeter(long budget)
{
    /// <summary>Bytes taken so far.</summary>
    public long Taken { get; private set; }

    /// <summary>Counts memory.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="place">How messages name what it is for.</param>
    /// <exception cref="MemoryBudgetException">The budget does not allow it.</exception>
    public void Take(long bytes, string place)
    {
        if (bytes > budget - Taken)
            throw new MemoryBudgetException(place, FormattableString.Invariant($"needs {bytes} bytes; of the budget of {budget}, {budget - Taken} are left."), "Give the run a larger budget, or smaller inputs.");
        Taken += bytes;
    }

    /// <summary>Goes back to an earlier state, since what was taken after it has been let go.</summary>
    public void ReturnTo(long taken) => Taken = taken;
}
