using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data;

/// <summary>The samples of some classes of another data set, numbered anew in the order in which the classes were named.</summary>
public sealed class ClassSubset : IDataset
{
    private readonly Subset _samples;
    private readonly int[] _newLabels;

    /// <summary>Chooses classes; each sample is read once, for its label.</summary>
    /// <param name="whole">The data set.</param>
    /// <param name="classes">Names of its classes.</param>
    /// <exception cref="UsageException">The data set has no such class, or no sample of any.</exception>
    public ClassSubset(IDataset whole, params IReadOnlyList<string> classes)
    {
        _newLabels = [.. whole.ClassNames.Select(name => classes.ToList().IndexOf(name))];
        foreach (string name in classes)
        {
            if (!whole.ClassNames.Contains(name))
                throw new UsageException($"class {name}", "is none of the data's.", $"Its classes are: {string.Join(", ", whole.ClassNames)}.");
        }

        var sample = new float[whole.SampleShape.ElementCount];
        int[] chosen = [.. Enumerable.Range(0, whole.Count).Where(i => _newLabels[whole.Read(i, sample)] >= 0)];
        if (chosen.Length == 0) throw new UsageException("the data", $"holds no sample of {string.Join(" or ", classes)}.");
        _samples = new Subset(whole, chosen);
        ClassNames = classes;
    }

    /// <inheritdoc/>
    public int Count => _samples.Count;

    /// <inheritdoc/>
    public Shape SampleShape => _samples.SampleShape;

    /// <inheritdoc/>
    public ElementType SampleType => _samples.SampleType;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public ChannelStatistics? Statistics => _samples.Statistics;

    /// <inheritdoc/>
    public int Read(int index, Span<float> sample) => _newLabels[_samples.Read(index, sample)];
}
