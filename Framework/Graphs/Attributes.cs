using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Framework.Errors;

namespace Framework.Graphs;

/// <summary>
/// The attributes of a node by name, in the order in which they were given. Written as
/// <c>new Attributes { ["axis"] = 1, ["pads"] = new long[] { 2, 2, 2, 2 } }</c>; nobody changes them afterwards.
/// </summary>
public sealed class Attributes : IEnumerable<KeyValuePair<string, AttributeValue>>
{
    private readonly List<KeyValuePair<string, AttributeValue>> _entries = [];

    /// <summary>No attributes.</summary>
    public static Attributes None { get; } = [];

    /// <summary>The number of attributes.</summary>
    public int Count => _entries.Count;

    /// <summary>Sets an attribute while the collection is being written.</summary>
    public AttributeValue this[string name]
    {
        init => Add(name, value);
    }

    /// <summary>Adds an attribute while the collection is being written.</summary>
    /// <exception cref="ArgumentException">The name is there already.</exception>
    public void Add(string name, AttributeValue value)
    {
        if (Has(name)) throw new ArgumentException($"attribute {name} is given twice", nameof(name));
        _entries.Add(new(name, value));
    }

    /// <summary>A copy with one attribute added or replaced.</summary>
    public Attributes With(string name, AttributeValue value)
    {
        var copy = Without(name);
        copy.Add(name, value);
        return copy;
    }

    /// <summary>A copy without the named attributes.</summary>
    public Attributes Without(params ReadOnlySpan<string> names)
    {
        var copy = new Attributes();
        foreach (var entry in _entries)
        {
            if (!names.Contains(entry.Key)) copy._entries.Add(entry);
        }

        return copy;
    }

    /// <summary>Whether an attribute is there.</summary>
    public bool Has(string name) => TryGet(name, out _);

    /// <summary>Looks an attribute up.</summary>
    public bool TryGet(string name, out AttributeValue value)
    {
        foreach (var entry in _entries)
        {
            if (entry.Key == name)
            {
                value = entry.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>An integer, or <paramref name="fallback"/> where it is absent.</summary>
    public long Int(string name, long fallback) => Get<long>(name, out long value) ? value : fallback;

    /// <summary>A float, or <paramref name="fallback"/> where it is absent.</summary>
    public float Float(string name, float fallback) => Get<float>(name, out float value) ? value : fallback;

    /// <summary>A text, or <paramref name="fallback"/> where it is absent.</summary>
    public string String(string name, string fallback) => Get<string>(name, out string? value) ? value : fallback;

    /// <summary>Integers, or null where they are absent.</summary>
    public long[]? Ints(string name) => Get<long[]>(name, out long[]? value) ? value : null;

    /// <summary>An attribute of kind <typeparamref name="T"/>, or null where it is absent.</summary>
    public T? Find<T>(string name)
        where T : class => Get<T>(name, out T? value) ? value : null;

    private bool Get<T>(string name, [MaybeNullWhen(false)] out T value)
    {
        if (!TryGet(name, out var found))
        {
            value = default;
            return false;
        }

        try
        {
            value = found.As<T>();
            return true;
        }
        catch (InvalidCastException e)
        {
            throw new ModelFormatException($"attribute {name}", $"is of kind {found.Kind}, not of the kind that the operator takes.", null, e);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, AttributeValue>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
