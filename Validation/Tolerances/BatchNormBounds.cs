using Framework.Tensors;

namespace Validation.Tolerances;

/// <summary>
/// Bounds for batch normalisation, channel by channel: its sums run over many elements, and the difference from the mean cancels, so that an error
/// is measured against the magnitudes before the difference is taken.
/// </summary>
internal static class BatchNormBounds
{
    /// <summary>The bounds of an output of <c>BatchNormalization</c> or <c>BatchNormalizationTraining</c>.</summary>
    public static double[] Forward(NodeAlone step, Tensor result, int output)
    {
        var planes = new Planes(step.Operands[0]!.Shape);
        double[] x = Elements(step, 0), scale = Elements(step, 1), shift = Elements(step, 2), mean = Elements(step, 3), variance = Elements(step, 4);
        bool training = step.Node.Operator.Domain.Length > 0 || step.Node.Attributes.Int("training_mode", 0) != 0;
        double epsilon = step.Node.Attributes.Float("epsilon", 1e-5f);
        double unit = Rounding.Accumulated((training ? planes.Count : 0) + Rounding.FormulaSteps);
        double[] bounds = new double[result.Count];
        for (int c = 0; c < planes.Channels; c++)
        {
            var (average, magnitude, square) = Moments(planes, x, c);
            var (center, spread) = training ? (average, square - (average * average)) : (mean[c], variance[c]);
            double inverse = 1 / Math.Sqrt(Math.Max(0, spread) + epsilon), distance = training ? magnitude : Math.Abs(center);

            // An error of the mean by its share of the magnitudes enters the deviation too, in the second order and over the deviation itself.
            double deviation = 1 + (distance * inverse);
            if (output == 0) planes.Each(c, i => bounds[i] = unit * ((Math.Abs(scale[c]) * inverse * (Math.Abs(x[i]) + distance) * deviation) + Math.Abs(shift[c])));
            else bounds[c] = unit * (output switch { 1 => Math.Abs(mean[c]) + magnitude, 2 => Math.Abs(variance[c]) + square, 3 => magnitude, _ => inverse * deviation * deviation });
        }

        return bounds;
    }

    /// <summary>The bounds of an output of <c>BatchNormalizationTrainingGrad</c>: dX, dScale, dB.</summary>
    public static double[] Backward(NodeAlone step, int output)
    {
        var planes = new Planes(step.Operands[1]!.Shape);
        double[] dy = Elements(step, 0), x = Elements(step, 1), scale = Elements(step, 2), mean = Elements(step, 3), inverse = Elements(step, 4);
        double unit = Rounding.Accumulated(planes.Count + Rounding.FormulaSteps);
        double[] bounds = new double[output == 0 ? x.Length : planes.Channels];
        for (int c = 0; c < planes.Channels; c++)
        {
            double sum = 0, product = 0;
            planes.Each(c, i =>
            {
                sum += Math.Abs(dy[i]);
                product += Math.Abs(dy[i]) * Standardized(i);
            });
            double slope = Math.Abs(scale[c] * inverse[c]);
            if (output == 0) planes.Each(c, i => bounds[i] = unit * slope * (Math.Abs(dy[i]) + (sum / planes.Count) + (Standardized(i) * product / planes.Count)));
            else bounds[c] = unit * (output == 1 ? product : sum);

            double Standardized(int i) => (Math.Abs(x[i]) + Math.Abs(mean[c])) * Math.Abs(inverse[c]);
        }

        return bounds;
    }

    private static double[] Elements(NodeAlone step, int operand) => step.Operands[operand]!.ToArray<double>();

    // Mean, mean magnitude and mean square of a channel.
    private static (double Average, double Magnitude, double Square) Moments(Planes planes, double[] x, int channel)
    {
        double sum = 0, magnitudes = 0, squares = 0;
        planes.Each(channel, i =>
        {
            sum += x[i];
            magnitudes += Math.Abs(x[i]);
            squares += x[i] * x[i];
        });
        return (sum / planes.Count, magnitudes / planes.Count, squares / planes.Count);
    }

    private readonly struct Planes(Shape shape)
    {
        private readonly int _images = shape[0];
        private readonly int _size = shape[2..].ElementCount;

        public int Channels { get; } = shape[1];

        public int Count => _images * _size;

        public void Each(int channel, Action<int> visit)
        {
            for (int n = 0; n < _images; n++)
            {
                int start = ((n * Channels) + channel) * _size;
                for (int i = start; i < start + _size; i++) visit(i);
            }
        }
    }
}
