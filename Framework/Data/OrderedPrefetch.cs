using System.Runtime.ExceptionServices;

namespace Framework.Data;

/// <summary>
/// Products numbered from a start to an end, made ahead by several threads and handed over in order. No more than
/// <c>depth</c> are ready or being made; what the making throws, the taker of that product gets.
/// </summary>
internal sealed class OrderedPrefetch<T> : IDisposable
    where T : class, IDisposable
{
    private readonly object _gate = new();
    private readonly Func<int, T> _make;
    private readonly int _end;
    private readonly (T? Product, ExceptionDispatchInfo? Error)[] _slots; // of product n: n modulo the depth
    private readonly Thread[] _threads;
    private int _nextToMake;
    private int _nextToTake;
    private bool _stopped;

    public OrderedPrefetch(int start, int end, int depth, int threads, Func<int, T> make)
    {
        _make = make;
        _end = end;
        _slots = new (T?, ExceptionDispatchInfo?)[depth];
        _nextToMake = _nextToTake = start;
        _threads = new Thread[Math.Min(threads, depth)];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = "batch prefetch" };
            _threads[i].Start();
        }
    }

    /// <summary>Waits for the next product. For one thread.</summary>
    public T Take()
    {
        lock (_gate)
        {
            ref var slot = ref _slots[_nextToTake % _slots.Length];
            while (slot.Product is null && slot.Error is null) Monitor.Wait(_gate);
            slot.Error?.Throw();
            var product = slot.Product!;
            slot = default;
            _nextToTake++;
            Monitor.PulseAll(_gate);
            return product;
        }
    }

    /// <summary>Waits for what is being made and disposes what nobody took.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads) thread.Join();
        foreach (var (product, _) in _slots) product?.Dispose();
    }

    private void Work()
    {
        while (Claim() is { } number)
        {
            (T?, ExceptionDispatchInfo?) result;
            try
            {
                result = (_make(number), null);
            }
            catch (Exception error)
            {
                result = (null, ExceptionDispatchInfo.Capture(error));
            }

            lock (_gate)
            {
                _slots[number % _slots.Length] = result;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private int? Claim()
    {
        lock (_gate)
        {
            while (!_stopped && _nextToMake < _end && _nextToMake - _nextToTake >= _slots.Length) Monitor.Wait(_gate);
            return _stopped || _nextToMake >= _end ? null : _nextToMake++;
        }
    }
}
