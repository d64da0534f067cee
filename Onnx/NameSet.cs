using System.Globalization;

namespace Onnx;

/// <summary>The names that the values of a model have, and new ones beside them.</summary>
internal sealed class NameSet(IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = [.. taken];

    // How often a stem was asked for, so that a thousand nodes of one name do not try a thousand numbers each.
    private readonly Dictionary<string, int> _numbers = [];

    /// <summary>A name that no value has yet: the stem, or the stem and a number.</summary>
    public string Fresh(string stem)
    {
        if (_taken.Add(stem)) return stem;
        int number = _numbers.GetValueOrDefault(stem);
        string name;
        do name = string.Create(CultureInfo.InvariantCulture, $"{stem}_{++number}");
        while (!_taken.Add(name));
        _numbers[stem] = number;
        return name;
    }
}
