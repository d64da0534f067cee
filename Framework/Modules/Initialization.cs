using Framework.Tensors;
using Framework.Threading;

namespace Framework.Modules;

/// <summary>How a parameter starts.</summary>
public abstract class Initialization
{
    /// <summary>All zeros.</summary>
    public static Initialization Zeros { get; } = new Fixed(0);

    /// <summary>All ones.</summary>
    public static Initialization Ones { get; } = new Fixed(1);

    /// <summary>Normal with variance 2 / inputs: for layers followed by ReLU (He, Zhang, Ren and Sun 2015, equation 10).</summary>
    public static Initialization He { get; } = new Normal((inputs, _) => Math.Sqrt(2.0 / inputs));

    /// <summary>Normal with variance 2 / (inputs + outputs): for layers followed by tanh or sigmoid (Glorot and Bengio 2010, equation 12).</summary>
    public static Initialization Xavier { get; } = new Normal((inputs, outputs) => Math.Sqrt(2.0 / (inputs + outputs)));

    /// <summary>Normal with variance 1 / inputs: for a layer without a nonlinearity after it (LeCun et al. 1998, section 4.6).</summary>
    public static Initialization LeCun { get; } = new Normal((inputs, _) => Math.Sqrt(1.0 / inputs));

    /// <summary>Normal with a deviation that is given.</summary>
    public static Initialization Gaussian(double deviation) => new Normal((_, _) => deviation);

    /// <summary>One value everywhere.</summary>
    public static Initialization Constant(float value) => new Fixed(value);

    /// <summary>The same rule, its numbers multiplied by a factor.</summary>
    public abstract Initialization Times(double factor);

    /// <summary>Whether the elements are drawn at random: what a rule for all weights replaces.</summary>
    internal abstract bool IsRandom { get; }

    /// <summary>Fills a parameter, [outputs, inputs, kernel...] for weights, as the key of a random sequence determines.</summary>
    internal abstract void Fill(Tensor data, ulong key);

    private sealed class Fixed(float value) : Initialization
    {
        public override Initialization Times(double factor) => new Fixed((float)(value * factor));

        internal override bool IsRandom => false;

        internal override void Fill(Tensor data, ulong key) => data.AsSpan<float>().Fill(value);
    }

    private sealed class Normal(Func<int, int, double> deviation) : Initialization
    {
        public override Initialization Times(double factor) => new Normal((inputs, outputs) => factor * deviation(inputs, outputs));

        internal override bool IsRandom => true;

        internal override unsafe void Fill(Tensor data, ulong key)
        {
            var shape = data.Shape;
            int taps = shape.Rank > 2 ? shape[2..].ElementCount : 1;
            double scale = deviation(shape.Rank > 1 ? shape[1] * taps : shape[0], shape[0] * taps);
            var job = new NormalJob((float*)data.Pointer, data.Count, key, scale);
            WorkerPool.Shared.Run(((data.Count - 1) / NormalJob.ItemLength) + 1, job);
            GC.KeepAlive(data);
        }
    }

    // Pairs of normal numbers after Box and Muller 1958. What a place gets follows from the key and the place alone.
    private readonly unsafe struct NormalJob(float* data, int count, ulong key, double scale) : IJob
    {
        public const int ItemLength = 1 << 14;

        public void Execute(int index, int worker)
        {
            int end = (int)Math.Min(count, ((long)index + 1) * ItemLength);
            for (int i = index * ItemLength; i < end; i += 2)
            {
                double radius = scale * Math.Sqrt(-2 * Math.Log(1 - Unit(i)));
                var (sine, cosine) = Math.SinCos(2 * Math.PI * Unit(i + 1));
                data[i] = (float)(radius * cosine);
                if (i + 1 < end) data[i + 1] = (float)(radius * sine);
            }
        }

        // 53 random bits as a number from 0 (included) to 1 (excluded).
        private double Unit(int place) => (CounterRandom.Bits(key, place) >> 11) * (1.0 / (1L << 53));
    }
}
