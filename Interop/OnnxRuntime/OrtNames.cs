using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Framework.Errors;

namespace Interop.OnnxRuntime;

/// <summary>The names of a session's inputs or outputs as the engine wants them: UTF-8, ended by zero, never moving.</summary>
internal sealed class OrtNames
{
    private readonly Dictionary<string, byte[]> _pinned = [];
    private readonly string _place;

    /// <summary>Pins the names.</summary>
    /// <param name="values">The inputs or outputs.</param>
    /// <param name="place">What errors name before the unknown one.</param>
    public OrtNames(IReadOnlyList<OrtValueInfo> values, string place)
    {
        _place = place;
        foreach (var value in values)
        {
            // Zeroed and one byte longer than the name: the end mark.
            byte[] bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(value.Name) + 1, pinned: true);
            Encoding.UTF8.GetBytes(value.Name, bytes);
            _pinned.Add(value.Name, bytes);
        }
    }

    /// <summary>Writes the addresses of <paramref name="names"/>, valid as long as this is alive.</summary>
    /// <exception cref="EngineException">A name is none of the session's.</exception>
    public unsafe void Addresses(IEnumerable<string> names, Span<nint> addresses)
    {
        int i = 0;
        foreach (string name in names)
        {
            if (!_pinned.TryGetValue(name, out byte[]? bytes))
                throw new EngineException($"{_place} '{name}'", "the model has none of that name.", $"It has {string.Join(", ", _pinned.Keys)}.");
            addresses[i++] = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));
        }
    }
}
