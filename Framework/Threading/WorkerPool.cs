using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Framework.Threading;

/// <summary>
/// A fixed set of threads that divide the items of a job among themselves in contiguous runs, without allocating.
/// </summary>
/// <remarks>
/// <para>Waiting goes through three stages: pause instructions (answers within a fraction of a microsecond), giving the
/// core away between looks (so that another process that wants it is not starved), and sleep. The caller does its own share
/// and then waits the same way.</para>
/// <para>Runs from several threads take turns. A run from inside a job does all of its items on the thread that it came
/// from.</para>
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
    private readonly Exception?[] _failures;
    private Signals _signals;
    private delegate*<void*, int, int, int, void> _body;
    private void* _job;
    private int _count;
    private volatile bool _stopping;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads that work on a job, the caller's included; at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _failures = new Exception?[threads];
        _workers = new Worker[threads - 1];
        for (int i = 0; i < _workers.Length; i++) _workers[i] = new Worker(this, i + 1);
    }

    /// <summary>A pool with a thread for each processor; started when first asked for, and never disposed of.</summary>
    public static WorkerPool Shared => s_shared.Value;

    /// <summary>Threads that work on a job, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Does all items of a job, and returns when the last is done.</summary>
    /// <param name="count">The number of items. It must follow from the problem alone, never from the number of threads.</param>
    /// <param name="job">The work; it may live on the caller's stack.</param>
    /// <remarks>
    /// Thread t of T does the items from count * t / T to count * (t + 1) / T. What an item throws is thrown here, once every
    /// thread has stopped: of several, the one of the lowest worker. A thread's items after a failing one are not done.
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
                DoItems<TJob>(pointer, 0, count, ReferenceEquals(t_runningFor, this) ? t_worker : 0);
            else if (Threads == 1 || count <= 1)
                RunAlone(&DoItems<TJob>, pointer, count);
            else
                Dispatch(&DoItems<TJob>, pointer, count);
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

    private static void DoItems<TJob>(void* job, int from, int to, int worker)
        where TJob : unmanaged, IJob
    {
        for (int index = from; index < to; index++) ((TJob*)job)->Execute(index, worker);
    }

    private void RunAlone(delegate*<void*, int, int, int, void> body, void* job, int count)
    {
        t_runningFor = this;
        t_worker = 0;
        try
        {
            body(job, 0, count, 0);
        }
        finally
        {
            t_runningFor = null;
        }
    }

    private void Dispatch(delegate*<void*, int, int, int, void> body, void* job, int count)
    {
        lock (_turn)
        {
            _body = body;
            _job = job;
            _count = count;
            Volatile.Write(ref _signals.Unfinished, _workers.Length);
            WakeWorkers();
            DoShare(0);
            AwaitWorkers();
            ThrowFirstFailure();
        }
    }

    private void WakeWorkers()
    {
        Interlocked.Increment(ref _signals.Generation);
        foreach (var worker in _workers) worker.Wake();
    }

    private void DoShare(int worker)
    {
        t_runningFor = this;
        t_worker = worker;
        try
        {
            _body(_job, (int)((long)_count * worker / Threads), (int)((long)_count * (worker + 1) / Threads), worker);
        }
#pragma warning disable CA1031 // Whatever a job throws belongs to the caller of Run, not to this thread.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failures[worker] = failure;
        }
        finally
        {
            t_runningFor = null;
        }
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

    private void FinishShare()
    {
        if (Interlocked.Decrement(ref _signals.Unfinished) == 0 && Interlocked.Exchange(ref _signals.CallerSleeps, 0) == 1)
            _done.Set();
    }

    private void ThrowFirstFailure()
    {
        Exception? first = null;
        for (int i = _failures.Length - 1; i >= 0; i--)
        {
            first = _failures[i] ?? first;
            _failures[i] = null;
        }

        if (first is not null) ExceptionDispatchInfo.Throw(first);
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
            if (Interlocked.Exchange(ref _sleeps, 0) == 1) _wake.Set();
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
                _pool.FinishShare();
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
