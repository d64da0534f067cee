using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>
/// Judges a picture by ten views: its four corners and its middle, each also turned over; the probabilities of all ten are averaged (Krizhevsky et al.
/// 2012, section 4.1).
/// </summary>
/// <param name="rows">Rows of a view.</param>
/// <param name="columns">Columns of a view.</param>
public sealed class TenCrop(int rows, int columns)
{
    /// <summary>Views of a picture.</summary>
    public const int Views = 10;

    /// <summary>Makes, of a classifier of views, one of whole pictures, for <c>Evaluator.Evaluate</c>. Its scores are logarithms of probabilities.</summary>
    /// <param name="scores">Computes scores [N, classes] from views [N, C, rows, columns].</param>
    public Func<Tensor, Tensor> Around(Func<Tensor, Tensor> scores) => images => Average(scores(Cut(images)));

    /// <summary>The views of pictures [N, C, H, W], as [10 N, C, rows, columns]: those of a picture side by side.</summary>
    /// <exception cref="ShapeException">The pictures are smaller than the views.</exception>
    public Tensor Cut(Tensor images)
    {
        var shape = images.Shape[1..];
        var view = RandomCrop.Fit("TenCrop", shape, rows, columns, 0);
        var views = Tensor.Uninitialized(ElementType.Float32, [images.Shape[0] * Views, .. view]);
        int bottom = shape[1] - rows, right = shape[2] - columns;
        (int Top, int Left)[] places = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom / 2, right / 2)];
        var target = views.AsSpan<float>();
        for (int i = 0; i < images.Shape[0]; i++)
        {
            var picture = images.Slice(i, 1).AsSpan<float>();
            foreach (var (top, left) in places)
            {
                PictureShape.Copy(picture, shape, top, left, target, view, 0, 0, rows, columns);
                var turned = target.Slice(view.ElementCount, view.ElementCount);
                target[..view.ElementCount].CopyTo(turned);
                for (int line = 0; line < turned.Length; line += columns) turned.Slice(line, columns).Reverse();
                target = target[(2 * view.ElementCount)..];
            }
        }

        return views;
    }

    /// <summary>The logarithm of the mean of each picture's ten softmax distributions: [10 N, classes] to [N, classes].</summary>
    public static Tensor Average(Tensor scores)
    {
        if (scores.Shape.Rank != 2 || scores.Shape[0] % Views != 0)
            throw new ShapeException("TenCrop", $"scores are {scores.Shape}; ten rows for each picture are expected.");
        int classes = scores.Shape[1];
        var average = new Tensor(ElementType.Float32, [scores.Shape[0] / Views, classes]);
        ReadOnlySpan<float> all = scores.AsSpan<float>();
        Span<double> sums = stackalloc double[classes <= 1024 ? classes : 0];
        if (classes > 1024) sums = new double[classes];
        for (int picture = 0; picture < average.Shape[0]; picture++)
        {
            sums.Clear();
            for (int view = 0; view < Views; view++)
            {
                var row = all.Slice(((picture * Views) + view) * classes, classes);
                double most = double.NegativeInfinity, sum = 0;
                foreach (float score in row) most = Math.Max(most, score);
                foreach (float score in row) sum += Math.Exp(score - most);
                for (int c = 0; c < classes; c++) sums[c] += Math.Exp(row[c] - most) / sum;
            }

            for (int c = 0; c < classes; c++) average.AsSpan<float>()[(picture * classes) + c] = (float)Math.Log(sums[c] / Views);
        }

        return average;
    }
}
