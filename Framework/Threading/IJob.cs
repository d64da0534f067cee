namespace Framework.Threading;

/// <summary>Work that a <see cref="WorkerPool"/> does in numbered, independent items.</summary>
/// <remarks>
/// Implemented by small structs that hold pointers and extents. All threads see the same instance, so a job must not
/// change its own fields. Items must write to places of their own; then results do not depend on the number of threads.
/// </remarks>
public interface IJob
{
    /// <summary>Does one item.</summary>
    /// <param name="index">The item, from 0 to the count given to <see cref="WorkerPool.Run{TJob}"/>, exclusive.</param>
    /// <param name="worker">Which thread runs it, from 0 to <see cref="WorkerPool.Threads"/>, exclusive; only to choose a scratch buffer by.</param>
    void Execute(int index, int worker);
}
