using Framework.Tensors;

namespace Framework.Data;

/// <summary>What a batch is written into, with the room that its making needs.</summary>
internal sealed class BatchMemory(int batchSize, ElementType type, Shape sampleShape, int scratchLength, int classes)
{
    private readonly Tensor _images = Tensor.Uninitialized(type, [batchSize, .. sampleShape]);
    private readonly Tensor _labels = Tensor.Uninitialized(ElementType.Int64, [batchSize]);
    private readonly Tensor? _shares = classes == 0 ? null : Tensor.Uninitialized(ElementType.Float32, [batchSize, classes]);
    private (Tensor Images, Tensor Labels, Tensor Targets)? _partial;

    public int[] Indices { get; } = new int[batchSize];

    /// <summary>Two rooms for a sample between transforms, taken in turns.</summary>
    public float[][] Scratch { get; } = [new float[scratchLength], new float[scratchLength]];

    /// <summary>Room for a sample that becomes integers.</summary>
    public float[] Floats { get; } = new float[type == ElementType.Float32 ? 0 : sampleShape.ElementCount];

    /// <summary>Views of the first samples; those of an epoch's last batch are kept, as they come again each epoch.</summary>
    public (Tensor Images, Tensor Labels, Tensor Targets) Tensors(int count)
    {
        if (count == _images.Shape[0]) return (_images, _labels, _shares ?? _labels);
        if (_partial is not { } partial || partial.Labels.Count != count)
        {
            var labels = _labels.Slice(0, count);
            _partial = partial = (_images.Slice(0, count), labels, _shares?.Slice(0, count) ?? labels);
        }

        return partial;
    }
}

/// <summary>Memory of batches that were given back. Holds no more than a loader can have under way.</summary>
internal sealed class BatchPool(int capacity, Func<BatchMemory> create)
{
    private readonly Stack<BatchMemory> _free = new(capacity);

    public BatchMemory Take()
    {
        lock (_free)
        {
            if (_free.TryPop(out var memory)) return memory;
        }

        return create();
    }

    public void Return(BatchMemory memory)
    {
        lock (_free)
        {
            if (_free.Count < capacity) _free.Push(memory);
        }
    }
}
