using System.Runtime.InteropServices;
using Framework.Threading;

namespace Framework.Tests.Threading;

public sealed unsafe class WorkerPoolTests
{
    public static TheoryData<int> ThreadCounts => new() { 1, 2, 3, 5 };

    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void Every_item_is_done_once_by_a_worker_of_the_pool(int threads)
    {
        using var pool = new WorkerPool(threads);
        foreach (int count in new[] { 0, 1, 2, 3, 7, 1000 })
        {
            var visits = new int[count + 1];
            int strangers = 0;
            fixed (int* v = visits) pool.Run(count, new CountVisits(v, pool.Threads, &strangers));

            visits.Should().Equal([.. Enumerable.Repeat(1, count), 0]);
            strangers.Should().Be(0);
        }
    }

    [Fact]
    public void Threads_begin_with_contiguous_runs_of_the_items()
    {
        using var pool = new WorkerPool(3);
        var workers = new int[9];
        int begun = 0;

        // Nobody goes on before each thread has begun, so that no share is taken by others.
        fixed (int* w = workers) pool.Run(workers.Length, new NoteFirst(w, &begun, pool.Threads));
        (workers[0], workers[3], workers[6]).Should().Be((1, 2, 3));
        workers.Should().OnlyContain(w => w > 0);
    }

    [Fact]
    public void A_thread_that_is_done_takes_items_of_one_that_is_held_up()
    {
        using var pool = new WorkerPool(2);
        var workers = new int[10];
        int done = 0, begun = 0;

        // The first item ends only when all others have, those of its own thread included; they begin only after it.
        fixed (int* w = workers) pool.Run(workers.Length, new HoldUp(w, &begun, &done));
        workers[0].Should().Be(0);
        workers[1..].Should().OnlyContain(w => w == 1);
    }

    [Fact]
    public void A_run_inside_a_failing_job_leaves_the_pool_whole()
    {
        using var pool = new WorkerPool(3);
        for (int round = 0; round < 1000; round++)
        {
            pool.Invoking(p => p.Run(40, new Fail(round % 40))).Should().Throw<InvalidDataException>().WithMessage($"item {round % 40}");
            var visits = new int[100];
            int strangers = 0;
            fixed (int* v = visits) pool.Run(100, new CountVisits(v, pool.Threads, &strangers));
            visits.Should().OnlyContain(v => v == 1);
        }
    }

    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void What_a_job_throws_reaches_the_caller_and_the_pool_works_on(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (int failing = 0; failing < 6; failing++)
        {
            pool.Invoking(p => p.Run(6, new Fail(failing))).Should().Throw<InvalidDataException>().WithMessage($"item {failing}");
            var visits = new int[10];
            fixed (int* v = visits) pool.Run(9, new NoteWorker(v));
        }
    }

    [Fact]
    public void A_job_all_of_whose_items_fail_throws_one_of_them()
    {
        using var pool = new WorkerPool(3);
        pool.Invoking(p => p.Run(3, new Fail(-1))).Should().Throw<InvalidDataException>().WithMessage("item *");
    }

    [Fact]
    public void A_run_inside_a_job_stays_on_its_thread()
    {
        using var pool = new WorkerPool(2);
        var sums = new int[4];
        var handle = GCHandle.Alloc(pool);
        fixed (int* s = sums) pool.Run(4, new Nest(GCHandle.ToIntPtr(handle), s));
        handle.Free();
        sums.Should().Equal(10, 10, 10, 10);
    }

    [Fact]
    public void A_run_does_not_allocate()
    {
        using var pool = new WorkerPool(2);
        int* workers = stackalloc int[2];
        var job = new NoteWorker(workers);
        for (int i = 0; i < 50; i++) pool.Run(2, job);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) pool.Run(2, job);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void Sleeping_workers_wake_up_and_callers_take_turns()
    {
        using var pool = new WorkerPool(3);
        var callers = new Thread[3];
        var totals = new int[callers.Length];
        for (int c = 0; c < callers.Length; c++)
        {
            int caller = c;
            callers[c] = new Thread(() =>
            {
                for (int round = 0; round < 200; round++)
                {
                    // Now and then long enough for every worker to fall asleep.
                    if (round % 100 == 99) Thread.Sleep(20);
                    var visits = new int[17];
                    int strangers = 0;
                    fixed (int* v = visits) pool.Run(visits.Length, new CountVisits(v, pool.Threads, &strangers));
                    totals[caller] += visits.Count(v => v == 1);
                }
            });
        }

        foreach (var caller in callers) caller.Start();
        foreach (var caller in callers) caller.Join();
        totals.Should().OnlyContain(t => t == 200 * 17);
    }

    [Fact]
    public void A_disposed_pool_refuses_and_the_shared_one_stays()
    {
        var pool = new WorkerPool(2);
        pool.Dispose();
        pool.Invoking(p => p.Run(1, new Fail(0))).Should().Throw<ObjectDisposedException>();

        WorkerPool.Shared.Dispose();
        var visits = new int[2];
        fixed (int* v = visits) WorkerPool.Shared.Run(2, new NoteWorker(v));
        WorkerPool.Shared.Threads.Should().Be(Environment.ProcessorCount);
    }

    private readonly struct CountVisits(int* visits, int workers, int* strangers) : IJob
    {
        private readonly int* _visits = visits;
        private readonly int _workers = workers;
        private readonly int* _strangers = strangers;

        public void Execute(int index, int worker)
        {
            Interlocked.Increment(ref _visits[index]);
            if (worker < 0 || worker >= _workers) Interlocked.Increment(ref *_strangers);
        }
    }

    private readonly struct NoteWorker(int* workers) : IJob
    {
        private readonly int* _workers = workers;

        public void Execute(int index, int worker) => _workers[index] = worker;
    }

    private readonly struct NoteFirst(int* workers, int* begun, int threads) : IJob
    {
        private readonly int* _workers = workers;
        private readonly int* _begun = begun;
        private readonly int _threads = threads;

        public void Execute(int index, int worker)
        {
            _workers[index] = worker + 1;
            if (index % (9 / _threads) != 0) return;
            Interlocked.Increment(ref *_begun);
            SpinWait wait = default;
            while (Volatile.Read(ref *_begun) < _threads) wait.SpinOnce();
        }
    }

    private readonly struct HoldUp(int* workers, int* begun, int* done) : IJob
    {
        private readonly int* _workers = workers;
        private readonly int* _begun = begun;
        private readonly int* _done = done;

        public void Execute(int index, int worker)
        {
            _workers[index] = worker;
            SpinWait wait = default;
            if (index == 0) Volatile.Write(ref *_begun, 1);
            while (Volatile.Read(ref *_begun) == 0 || (index == 0 && Volatile.Read(ref *_done) < 9)) wait.SpinOnce();
            Interlocked.Increment(ref *_done);
        }
    }

    private readonly struct Fail(int item) : IJob
    {
        private readonly int _item = item;

        public void Execute(int index, int worker)
        {
            if (_item < 0 || index == _item) throw new InvalidDataException($"item {index}");
        }
    }

    private readonly struct Nest(nint pool, int* sums) : IJob
    {
        private readonly nint _pool = pool;
        private readonly int* _sums = sums;

        public void Execute(int index, int worker)
        {
            var pool = (WorkerPool)GCHandle.FromIntPtr(_pool).Target!;
            pool.Run(5, new AddOnOneThread(&_sums[index], Environment.CurrentManagedThreadId, worker));
        }
    }

    private readonly struct AddOnOneThread(int* sum, int thread, int worker) : IJob
    {
        private readonly int* _sum = sum;
        private readonly int _thread = thread;
        private readonly int _worker = worker;

        public void Execute(int index, int worker)
        {
            if (Environment.CurrentManagedThreadId == _thread && worker == _worker) *_sum += index;
        }
    }
}
