using Framework.Errors;

namespace Cli.Recipes;

/// <summary>The recipes that have names.</summary>
internal static class RecipeList
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
    [
        new MnistSoftmax(),
        new MnistCnn(),
        new LeNet5OnMnist(),
        new FashionCnn(),
        new AlexNetOnFashion(),
        new XOrOByFeatures(),
        new XOrOByPixels(),
        new CifarVgg(),
        new CifarGoogLeNet(),
        new CifarResidual(20, shortcuts: true),
        new CifarResidual(56, shortcuts: true),
        new CifarResidual(56, shortcuts: false),
        new CatOrDog(),
        new Sentences(),
    ];

    /// <summary>The recipe of a name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static Recipe Find(string name) => All.FirstOrDefault(r => r.Name == name)
        ?? throw new UsageException($"recipe {name}", "is unknown.", $"Known are: {string.Join(", ", All.Select(r => r.Name))}.");
}
