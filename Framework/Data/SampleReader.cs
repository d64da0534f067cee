using Framework.Data.Transforms;
using Framework.Tensors;

namespace Framework.Data;

/// <summary>Reads a sample and sends it through the transforms; the shapes between them are worked out once.</summary>
internal sealed class SampleReader
{
    private readonly IDataset _dataset;
    private readonly ITransform[] _transforms;
    private readonly Shape[] _shapes; // [i] is what transform i sees, the last one what comes out

    public SampleReader(IDataset dataset, IReadOnlyList<ITransform> transforms)
    {
        _dataset = dataset;
        _transforms = [.. transforms];
        _shapes = new Shape[_transforms.Length + 1];
        _shapes[0] = dataset.SampleShape;
        for (int i = 0; i < _transforms.Length; i++) _shapes[i + 1] = _transforms[i].ShapeAfter(_shapes[i]);
    }

    public Shape OutputShape => _shapes[^1];

    /// <summary>Values that the largest sample before the last transform has.</summary>
    public int ScratchLength => _shapes[..^1].Select(s => s.ElementCount).DefaultIfEmpty(0).Max();

    public int Read(int index, Span<float> target, float[][] scratch, SampleRandom random)
    {
        if (_transforms.Length == 0) return _dataset.Read(index, target);

        var source = scratch[0].AsSpan(0, _shapes[0].ElementCount);
        int label = _dataset.Read(index, source);
        for (int i = 0; i < _transforms.Length; i++)
        {
            bool last = i == _transforms.Length - 1;
            var result = last ? target : scratch[(i + 1) % 2].AsSpan(0, _shapes[i + 1].ElementCount);
            var own = random.Child((ulong)i);
            _transforms[i].Apply(source, _shapes[i], result, ref own);
            source = result;
        }

        return label;
    }
}
