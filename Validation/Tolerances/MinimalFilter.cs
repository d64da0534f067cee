namespace Validation.Tolerances;

/// <summary>
/// The matrices of a minimal filtering algorithm F(m, r) in magnitude: the rounding of a Winograd convolution is a number of roundings times what
/// its transforms make of the magnitudes of its operands, for transformed terms cancel and the definition's own terms say nothing of that.
/// </summary>
internal sealed class MinimalFilter
{
    // From a filter, from a patch, and to a tile; each with a row for each of its results.
    private readonly double[,] _filter;
    private readonly double[,] _patch;
    private readonly double[,] _tile;

    /// <summary>Cook's and Toom's algorithm: evaluation at points, multiplication, interpolation; transposed.</summary>
    /// <param name="reach">Rows of a filter.</param>
    /// <param name="points">The finite points; infinity is one more.</param>
    public MinimalFilter(int reach, params double[] points)
    {
        Reach = reach;
        Side = points.Length + 1;
        Tile = Side - Reach + 1;
        _filter = new double[Side, Reach];
        _patch = new double[Side, Side];
        _tile = new double[Tile, Side];
        for (int p = 0; p < points.Length; p++)
        {
            double[] others = [.. points.Where((_, i) => i != p)];
            double distance = Math.Abs(others.Aggregate(1.0, (product, o) => product * (points[p] - o)));
            for (int k = 0; k < Reach; k++) _filter[p, k] = Math.Abs(Math.Pow(points[p], k)) / distance;
            for (int k = 0; k < Tile; k++) _tile[k, p] = Math.Abs(Math.Pow(points[p], k));
            SetPatch(p, others);
        }

        _filter[Side - 1, Reach - 1] = 1;
        _tile[Tile - 1, Side - 1] = 1;
        SetPatch(Side - 1, points);
    }

    /// <summary>The form that is only taken where it is asked for.</summary>
    public static MinimalFilter Largest { get; } = new(3, 0, 0.5, -0.5, 1, -1, 2, -2);

    /// <summary>The forms that our kernels take.</summary>
    public static IReadOnlyList<MinimalFilter> All { get; } =
        [new(3, 0, 1, -1), new(3, 0, 5.0 / 8, -5.0 / 8, 1.5, -1.5), new(5, 0, 5.0 / 8, -5.0 / 8, 1.5, -1.5), Largest];

    /// <summary>Rows of a filter.</summary>
    public int Reach { get; }

    /// <summary>Rows of a tile of the result.</summary>
    public int Tile { get; }

    /// <summary>Rows of a patch, and points along an axis.</summary>
    public int Side { get; }

    /// <summary>A filter at the points.</summary>
    public double[] OfFilter(double[] filter) => Apply(_filter, filter, turned: false);

    /// <summary>A patch at the points.</summary>
    public double[] OfPatch(double[] patch) => Apply(_patch, patch, turned: false);

    /// <summary>Products at the points as a tile.</summary>
    public double[] ToTile(double[] products) => Apply(_tile, products, turned: false);

    /// <summary>A tile of an output's gradient at the points.</summary>
    public double[] OfTile(double[] tile) => Apply(_tile, tile, turned: true);

    /// <summary>Products at the points as the gradient of a filter.</summary>
    public double[] ToFilter(double[] products) => Apply(_filter, products, turned: true);

    // The coefficients of the polynomial that vanishes at all other points.
    private void SetPatch(int row, double[] roots)
    {
        double[] polynomial = [1];
        foreach (double root in roots)
        {
            var next = new double[polynomial.Length + 1];
            for (int i = 0; i < polynomial.Length; i++)
            {
                next[i + 1] += polynomial[i];
                next[i] -= root * polynomial[i];
            }

            polynomial = next;
        }

        for (int i = 0; i < polynomial.Length; i++) _patch[row, i] = Math.Abs(polynomial[i]);
    }

    private static double[] Apply(double[,] matrix, double[] square, bool turned)
    {
        int to = matrix.GetLength(turned ? 1 : 0), from = matrix.GetLength(turned ? 0 : 1);
        double At(int row, int column) => turned ? matrix[column, row] : matrix[row, column];
        var half = new double[to * from];
        for (int i = 0; i < to * from; i++)
        {
            for (int k = 0; k < from; k++) half[i] += At(i / from, k) * square[(k * from) + (i % from)];
        }

        var result = new double[to * to];
        for (int i = 0; i < to * to; i++)
        {
            for (int k = 0; k < from; k++) result[i] += At(i % to, k) * half[(i / to * from) + k];
        }

        return result;
    }
}
