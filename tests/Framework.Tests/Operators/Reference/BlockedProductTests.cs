using Framework.Operators.Reference;
using Framework.Tensors;

namespace Framework.Tests.Operators.Reference;

public class BlockedProductTests
{
    /// <summary>The relative error of one rounding to a double.</summary>
    private const double Epsilon = 1.0 / (1L << 53);

    public static TheoryData<int, int, int> Extents
    {
        get
        {
            var data = new TheoryData<int, int, int>();
            foreach (int rows in new[] { 1, 4, 7, 131 })
            {
                foreach (int columns in new[] { 1, 5, 12, 24, 31, 301 })
                {
                    foreach (int inner in new[] { 1, 3, 256, 300 }) data.Add(rows, columns, inner);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void Whole_numbers_multiply_exactly_whichever_side_is_turned(int rows, int columns, int inner)
    {
        var random = new CounterRandom(1, rows, columns, inner);
        double[] a = Whole(random, rows * inner), b = Whole(random, inner * columns);
        foreach (var (transA, transB) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            double[] expected = NaiveLoops.Product(a, transA, b, transB, rows, columns, inner);
            var doubles = new double[rows * columns];
            var floats = new float[rows * columns];
            var integers = new int[rows * columns];

            BlockedProduct.Multiply<double>(a, transA, b, transB, doubles, rows, columns, inner);
            BlockedProduct.Multiply<float>(Array.ConvertAll(a, x => (float)x), transA, Array.ConvertAll(b, x => (float)x), transB, floats, rows, columns, inner);
            BlockedProduct.Multiply<int>(Array.ConvertAll(a, x => (int)x), transA, Array.ConvertAll(b, x => (int)x), transB, integers, rows, columns, inner);

            doubles.Should().Equal(expected);
            floats.Should().Equal(expected.Select(x => (float)x));
            integers.Should().Equal(expected.Select(x => (int)x));
        }
    }

    [Fact]
    public void Random_numbers_stay_within_the_bound_of_their_rounding()
    {
        const int Rows = 9, Columns = 40, Inner = 700;
        var random = new CounterRandom(2);
        double[] a = [.. Enumerable.Range(0, Rows * Inner).Select(_ => random.NextNormal())], b = [.. Enumerable.Range(0, Inner * Columns).Select(_ => random.NextNormal())];
        var y = new double[Rows * Columns];

        BlockedProduct.Multiply<double>(a, false, b, false, y, Rows, Columns, Inner);

        // Each of two sums of n products errs by at most n eps times the sum of the magnitudes.
        double[] expected = NaiveLoops.Product(a, false, b, false, Rows, Columns, Inner);
        double[] magnitudes = NaiveLoops.Product(Array.ConvertAll(a, Math.Abs), false, Array.ConvertAll(b, Math.Abs), false, Rows, Columns, Inner);
        for (int i = 0; i < y.Length; i++) Math.Abs(y[i] - expected[i]).Should().BeLessThan(2 * Inner * Epsilon * magnitudes[i]);
    }

    [Fact]
    public void Without_an_inner_extent_the_product_is_zero()
    {
        double[] y = [1, 2, 3, 4];

        BlockedProduct.Multiply<double>([], false, [], false, y, 2, 2, 0);

        y.Should().Equal(0, 0, 0, 0);
    }

    private static double[] Whole(CounterRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextInt(11) - 5.0)];
}
