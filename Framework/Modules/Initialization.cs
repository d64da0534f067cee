using Framework.Tensors;

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

    /// <summary>Whether the elements are drawn at random: what a rule for all weights replaces.</summary>
    internal abstract bool IsRandom { get; }

    /// <summary>Fills a parameter of the given shape, [outputs, inputs, kernel...] for weights.</summary>
    internal abstract void Fill(Span<float> data, Shape shape, CounterRandom random);

    private sealed class Fixed(float value) : Initialization
    {
        internal override bool IsRandom => false;

        internal override void Fill(Span<float> data, Shape shape, CounterRandom random) => data.Fill(value);
    }

    private sealed class Normal(Func<int, int, double> deviation) : Initialization
    {
        internal override bool IsRandom => true;

        internal override void Fill(Span<float> data, Shape shape, CounterRandom random)
        {
            int taps = shape.Rank > 2 ? shape[2..].ElementCount : 1;
            double scale = deviation(shape.Rank > 1 ? shape[1] * taps : shape[0], shape[0] * taps);
            foreach (ref float x in data) x = (float)(scale * random.NextNormal());
        }
    }
}
