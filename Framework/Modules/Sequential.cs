using System.Collections;
using System.Globalization;
using Framework.Graphs;

namespace Framework.Modules;

/// <summary>
/// Modules one after the other, named <c>0</c>, <c>1</c>, ... or as they are given. Written as
/// <c>new Sequential { new Conv2d(3, 64, 3), new ReLU() }</c>.
/// </summary>
public sealed class Sequential : Module, IEnumerable<Module>
{
    /// <summary>Appends a module, named by its number.</summary>
    public void Add(Module module) => Add(Children.Count.ToString(CultureInfo.InvariantCulture), module);

    /// <summary>Appends a module under a name.</summary>
    public void Add(string name, Module module) => Add<Module>(name, module);

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        foreach (var child in Children) x = child.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => Children.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
