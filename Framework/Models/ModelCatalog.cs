using Framework.Errors;
using Framework.Modules;
using Framework.Tensors;

namespace Framework.Models;

/// <summary>The networks that have names.</summary>
public static class ModelCatalog
{
    private static readonly (string Name, Func<Shape?, int, Module> Create)[] s_models =
    [
        ("softmax", (image, classes) => new SoftmaxRegression(image, classes)),
        ("lenet5", (_, classes) => new LeNet5(classes)),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_models.Select(m => m.Name)];

    /// <summary>Makes a network.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="image">Channels, height and width of an image, for networks that take any; null for the usual.</param>
    /// <exception cref="UsageException">No network has this name.</exception>
    public static Module Create(string name, int classes = 10, Shape? image = null)
    {
        foreach (var model in s_models)
        {
            if (model.Name == name) return model.Create(image, classes);
        }

        throw new UsageException($"model {name}", "is unknown.", $"Known are: {string.Join(", ", Names)}.");
    }
}
