using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Framework.Threading;

/// <summary>
/// A fixed set of threads that divide the items of a job among themselves, without allocating.
/// </summary>
/// <remarks>
/// <para>Each thread has a contiguous run of the items and does it from its start; one that is done takes items from the end of
/// others' runs. So neighbours in a network find their data in the same core's cache, and a core that is slowed down, by another
/// process or by whoever shares it, holds up the rest by one item at most. Who does an item shows in no result, since each
/// writes to places of its own.</para>
/// <para>A run is over when its items are done, not when each thread has looked: a thread that sleeps through a short run is not
/// waited for.</para>
/// <para>Waiting goes through three stages: pause instructions (answers within a fraction of a microsecond), giving the
/// core away between looks (so that another process that wants it is not starved), and sleep. The caller does its own share
/// and then waits the same way.</para>
/// <para>Runs from several threads that divide their items take turns. A run of a single item, and one from inside a job, stays on
/// the thread that it came from.</para>
/// </remarks>
public sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>Pauses before a waiting thread offers its core to others: about 70 µs.</summary>
    private const int Pauses = 2000;

    /// <summary>Offers before a waiting thread goes to sleep: about a millisecond where nobody wants the core.</summary>
    private const int Yields = 1000;

    [ThreadStatic]
    private static WorkerPool? t_runningFor;

    [ThreadStatic]
    private static int t_worker;

    private static readonly Lazy<WorkerPool> s_shared = new(() => new WorkerPool(Environment.ProcessorCount));

    private readonly Worker[] _workers;
    private readonly Lock _turn = new();
    private readonly AutoResetEvent _done = new(false);
    private readonly Lock _failing = new();
    private readonly Share[] _shares;
    private Signals _signals;
    private delegate*<void*, int, int, void> _body;
    private void* _job;
    private (int Item, Exception Failure)? _failure;
    private volatile bool _failed;
    private volatile bool _stopping;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads that work on a job, the caller's included; at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _shares = new Share[threads];
        _workers = new Worker[threads - 1];
        for (int i = 0; i < _workers.Length; i++) _workers[i] = new Worker(this, i + 1);
    }

    /// <summary>A pool with a thread for each processor; started when first asked for, and never disposed of.</summary>
    public static WorkerPool Shared => s_shared.Value;

    /// <summary>Threads that work on a job, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>A new pool of so many threads, or, for 0, the shared one.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is negative.</exception>
    public static WorkerPool Of(int threads) => threads == 0 ? Shared : new WorkerPool(threads);

    /// <summary>Does all items of a job, and returns when the last is done.</summary>
    /// <param name="count">The number of items. It must follow from the problem alone, never from the number of threads.</param>
    /// <param name="job">The work; it may live on the caller's stack.</param>
    /// <remarks>
    /// Thread t of T begins with the items from count * t / T to count * (t + 1) / T. What an item throws is thrown here, once no
    /// item is under way: of several, that of the lowest item. Items that had not begun by then may be left undone.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed of.</exception>
    public void Run<TJob>(int count, in TJob job)
        where TJob : unmanaged, IJob
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ObjectDisposedException.ThrowIf(_stopping, this);
        fixed (TJob* pointer = &job)
        {
            if (t_runningFor is not null)
                DoAll<TJob>(pointer, count, ReferenceEquals(t_runningFor, this) ? t_worker : 0);
            else if (Threads == 1 || count <= 1)
                RunAlone<TJob>(pointer, count);
            else
                Dispatch(&DoItem<TJob>, pointer, count);
        }
    }

    /// <summary>Ends the threads. A pool must not be disposed of while it runs a job; the shared one stays as it is.</summary>
    public void Dispose()
    {
        if (_stopping || (s_shared.IsValueCreated && ReferenceEquals(this, s_shared.Value))) return;
        lock (_turn)
        {
            _stopping = true;
            WakeWorkers();
            foreach (var worker in _workers) worker.Dispose();
            _done.Dispose();
        }
    }

    private static void DoItem<TJob>(void* job, int index, int worker)
        where TJob : unmanaged, IJob => ((TJob*)job)->Execute(index, worker);

    private static void DoAll<TJob>(TJob* job, int count, int worker)
        where TJob : unmanaged, IJob
    {
        for (int index = 0; index < count; index++) job->Execute(index, worker);
    }

    private void RunAlone<TJob>(TJob* job, int count)
        where TJob : unmanaged, IJob
    {
        t_runningFor = this;
        t_worker = 0;
        try
        {
            DoAll(job, count, 0);
        }
        finally
        {
            t_runningFor = null;
        }
    }

    // What the job is stands before its items can be taken, and items are taken before what the job is is read: a thread that is late
    // from the run before does either nothing or items of this one.
    private void Dispatch(delegate*<void*, int, int, void> body, void* job, int count)
    {
        lock (_turn)
        {
            _body = body;
            _job = job;
            Volatile.Write(ref _signals.Unfinished, count);
            for (int t = 0; t < Threads; t++) _shares[t].Give((int)((long)count * t / Threads), (int)((long)count * (t + 1) / Threads));
            WakeWorkers();
            DoShare(0);
            AwaitWorkers();
            if (_failed) ThrowFailure();
        }
    }

    private void WakeWorkers()
    {
        Interlocked.Increment(ref _signals.Generation);
        foreach (var worker in _workers) worker.Wake();
    }

    // Does items while there are any, the thread's own first.
    private void DoShare(int worker)
    {
        t_runningFor = this;
        t_worker = worker;
        int done = 0;
        while (_shares[worker].TryTakeFirst(out int item) || TryTakeOfOthers(worker, out item))
        {
            done++;
            if (_failed) continue;
            try
            {
                _body(_job, item, worker);
            }
#pragma warning disable CA1031 // Whatever a job throws belongs to the caller of Run, not to this thread.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Note(item, failure);
            }
        }

        t_runningFor = null;
        if (done > 0) Finish(done);
    }

    private bool TryTakeOfOthers(int worker, out int item)
    {
        for (int other = worker + 1; other < worker + Threads; other++)
        {
            if (_shares[other % Threads].TryTakeLast(out item)) return true;
        }

        item = 0;
        return false;
    }

    private void AwaitWorkers()
    {
        for (int look = 0; Volatile.Read(ref _signals.Unfinished) > 0; look++)
        {
            if (look < Pauses)
            {
                Thread.SpinWait(1);
            }
            else if (look < Pauses + Yields)
            {
                Thread.Yield();
            }
            else
            {
                // The worker that counts down to zero takes the flag and then signals; whoever clears the flag first decides.
                Interlocked.Exchange(ref _signals.CallerSleeps, 1);
                if (Volatile.Read(ref _signals.Unfinished) > 0 || Interlocked.Exchange(ref _signals.CallerSleeps, 0) == 0)
                    _done.WaitOne();
            }
        }
    }

    private void Finish(int items)
    {
        if (Interlocked.Add(ref _signals.Unfinished, -items) == 0 && Interlocked.Exchange(ref _signals.CallerSleeps, 0) == 1)
            _done.Set();
    }

    private void Note(int item, Exception failure)
    {
        lock (_failing)
        {
            if (_failure is null || item < _failure.Value.Item) _failure = (item, failure);
            _failed = true;
        }
    }

    private void ThrowFailure()
    {
        var failure = _failure!.Value.Failure;
        _failure = null;
        _failed = false;
        ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>
    /// The items of a thread that nobody has taken yet, first and end in one word; two cache lines apart from the next thread's, and not in the line
    /// of the array's length, which all threads read.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Share
    {
        [FieldOffset(64)]
        private long _items;

        public void Give(int first, int end) => Volatile.Write(ref _items, Pack(first, end));

        public bool TryTakeFirst(out int item)
        {
            while (true)
            {
                long items = Volatile.Read(ref _items);
                (item, int end) = ((int)items, (int)(items >> 32));
                if (item >= end) return false;
                if (Interlocked.CompareExchange(ref _items, Pack(item + 1, end), items) == items) return true;
            }
        }

        public bool TryTakeLast(out int item)
        {
            while (true)
            {
                long items = Volatile.Read(ref _items);
                (int first, item) = ((int)items, (int)(items >> 32) - 1);
                if (item < first) return false;
                if (Interlocked.CompareExchange(ref _items, Pack(first, item), items) == items) return true;
            }
        }

        private static long Pack(int first, int end) => ((long)end << 32) | (uint)first;
    }

    /// <summary>What threads watch and write while others do: two cache lines apart, since lines are fetched in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct Signals
    {
        [FieldOffset(128)]
        public int Generation;

        [FieldOffset(256)]
        public int Unfinished;

        [FieldOffset(384)]
        public int CallerSleeps;
    }

    private sealed class Worker : IDisposable
    {
        private readonly WorkerPool _pool;
        private readonly int _index;
        private readonly AutoResetEvent _wake = new(false);
        private readonly Thread _thread;
        private int _sleeps;

        public Worker(WorkerPool pool, int index)
        {
            _pool = pool;
            _index = index;
            _thread = new Thread(Work) { IsBackground = true, Name = $"Worker {index}" };
            _thread.Start();
        }

        public void Wake()
        {
            // Looked at first: the line that it lies in is read by the worker while it waits, and is written only around a sleep.
            if (Volatile.Read(ref _sleeps) == 1 && Interlocked.Exchange(ref _sleeps, 0) == 1) _wake.Set();
        }

        public void Dispose()
        {
            _thread.Join();
            _wake.Dispose();
        }

        private void Work()
        {
            int seen = 0;
            while (true)
            {
                seen = AwaitNext(seen);
                if (_pool._stopping) return;
                _pool.DoShare(_index);
            }
        }

        private int AwaitNext(int seen)
        {
            for (int look = 0; ; look++)
            {
                int generation = Volatile.Read(ref _pool._signals.Generation);
                if (generation != seen) return generation;
                if (look < Pauses)
                {
                    Thread.SpinWait(1);
                }
                else if (look < Pauses + Yields)
                {
                    Thread.Yield();
                }
                else
                {
                    Interlocked.Exchange(ref _sleeps, 1);
                    if (Volatile.Read(ref _pool._signals.Generation) == seen || Interlocked.Exchange(ref _sleeps, 0) == 0)
                        _wake.WaitOne();
                }
            }
        }
    }
}
