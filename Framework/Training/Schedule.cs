namespace Framework.Training;

/// <summary>The learning rate as a function of how far a run has come.</summary>
public abstract class Schedule
{
    /// <summary>The rate for a step.</summary>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="steps">All steps of the run.</param>
    public abstract float RateAt(long step, long steps);

    /// <summary>One rate throughout.</summary>
    public static Schedule Constant(float rate) => new Formula((_, _) => rate);

    /// <summary>From the given rate down to nothing along half a cosine (Loshchilov and Hutter 2017, equation 5, without restarts).</summary>
    public static Schedule Cosine(float rate) => new Formula((step, steps) => (float)(rate * 0.5 * (1 + Math.Cos(Math.PI * step / steps))));

    private sealed class Formula(Func<long, long, float> rate) : Schedule
    {
        public override float RateAt(long step, long steps) => rate(step, steps);
    }
}
