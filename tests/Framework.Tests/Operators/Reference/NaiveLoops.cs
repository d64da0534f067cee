using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Operators.Reference;

/// <summary>The oracle of the oracle: definitions written down as loops, one multiplication after the other.</summary>
internal static class NaiveLoops
{
    public static double[] Product(double[] a, bool transA, double[] b, bool transB, int rows, int columns, int inner)
    {
        var y = new double[rows * columns];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                for (int k = 0; k < inner; k++)
                    y[(r * columns) + c] += a[transA ? (k * rows) + r : (r * inner) + k] * b[transB ? (c * inner) + k : (k * columns) + c];
            }
        }

        return y;
    }

    /// <summary>Calls back for each product of the definition, with flat indices into input, filters and output.</summary>
    public static void Convolution(Attributes attributes, Shape x, Shape w, Shape y, Action<int, int, int> multiply)
    {
        int rank = x.Rank - 2, group = (int)attributes.Int("group", 1), inputs = w[1], outputs = w[0] / group;
        var window = Window.Of(attributes, x.Extents[2..], w.Extents[2..], y.Extents[2..]);
        foreach (int[] o in Places(y))
        {
            foreach (int[] k in Places(w[1..]))
            {
                int[] i = [o[0], (o[1] / outputs * inputs) + k[0], .. new int[rank]];
                for (int axis = 0; axis < rank; axis++)
                    i[axis + 2] = (o[axis + 2] * window.Strides[axis]) - window.PadsBegin[axis] + (k[axis + 1] * window.Dilations[axis]);
                if (!i.Zip(x).All(p => p.First >= 0 && p.First < p.Second)) continue;
                multiply(Flat(i, x), Flat([o[1], .. k], w), Flat(o, y));
            }
        }
    }

    private static IEnumerable<int[]> Places(Shape shape)
    {
        for (int flat = 0; flat < shape.ElementCount; flat++)
        {
            int rest = flat;
            var place = new int[shape.Rank];
            for (int axis = shape.Rank - 1; axis >= 0; axis--) rest = Math.DivRem(rest, shape[axis], out place[axis]);
            yield return place;
        }
    }

    private static int Flat(int[] place, Shape shape)
    {
        int flat = 0;
        for (int axis = 0; axis < shape.Rank; axis++) flat = (flat * shape[axis]) + place[axis];
        return flat;
    }
}
