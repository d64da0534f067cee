using Framework.Models;
using Framework.Modules;
using Framework.Tensors;

namespace Framework.Tests.Modules;

/// <summary>X and O, step by step.</summary>
public sealed class LettersTests
{
    private const double HalfOfTheLastPrintedPlace = 0.005;

    /// <summary>The X of 9 x 9 places, of 1 and -1.</summary>
    public static Tensor X { get; } = Letter([
        ".........",
        ".#.....#.",
        "..#...#..",
        "...#.#...",
        "....#....",
        "...#.#...",
        "..#...#..",
        ".#.....#.",
        ".........",
    ]);

    [Fact]
    public void Feature_ReLU_and_pools_with_the_rest_kept_give_seven_four_two()
    {
        var feature = new Conv2d(1, 1, kernel: 3, bias: false).With(
            "weight", [.. new float[] { 1, -1, -1, -1, 1, -1, -1, -1, 1 }.Select(w => w / 9)]);
        var pooled = new Sequential { feature, new ReLU(), new MaxPool2d(2, ceilMode: true) };

        var maps = Applied.Whole(X, pooled);

        maps.Shape.Should().Equal(1, 1, 4, 4);
        double[] printed = [1.00, .33, .55, .33, .33, 1.00, .33, .55];
        double[] values = maps.ToArray<double>();
        for (int i = 0; i < printed.Length; i++) values[i].Should().BeApproximately(printed[i], 2 * HalfOfTheLastPrintedPlace, $"of place {i}");
        Applied.ShapeAfter(["N", 1, 4, 4], new MaxPool2d(2)).ToString().Should().Be("[N,1,2,2]");
    }

    [Fact]
    public void Twelve_values_vote()
    {
        var network = new XOrO();

        network.Parameters().Single(p => p.Name == "votes.weight").Shape.Should().Equal(2, 12);
        network.Parameters().Single(p => p.Name == "features.weight").Shape.Should().Equal(3, 1, 3, 3);
    }

    private static Tensor Letter(string[] rows) => Tensor.From(string.Concat(rows).Select(c => c == '#' ? 1f : -1f).ToArray(), [1, 1, 9, 9]);
}
