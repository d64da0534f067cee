namespace Framework.Graphs;

/// <summary>Finds, for the values of one graph, their counterparts in another.</summary>
public sealed class ValueMap
{
    private readonly Dictionary<Value, Value> _map = [];

    /// <summary>The counterpart.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Value Get(Value value) => _map.TryGetValue(value, out var found) ? found : throw new KeyNotFoundException($"{value} has no counterpart.");

    /// <summary>The counterpart; null for null.</summary>
    public Value? Find(Value? value) => value is null ? null : Get(value);

    /// <summary>Sets the counterpart.</summary>
    public void Set(Value value, Value counterpart) => _map[value] = counterpart;
}
