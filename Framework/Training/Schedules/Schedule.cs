namespace Framework.Training.Schedules;

/// <summary>The learning rate as a function of how far a run has come.</summary>
public abstract class Schedule
{
    /// <summary>The rate for an update.</summary>
    public abstract float RateAt(RunPosition position);

    /// <summary>One rate throughout.</summary>
    public static Schedule Constant(float rate) => new Formula(_ => rate);

    /// <summary>The rate times a factor, once more after every so many epochs.</summary>
    public static Schedule Step(float rate, int epochs, float factor = 0.1f)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochs);
        return new Formula(p => rate * Math.Pow(factor, p.Epoch / epochs));
    }

    /// <summary>The rate times a factor, once more from each of some epochs on.</summary>
    /// <param name="rate">The rate at first.</param>
    /// <param name="milestones">How many epochs are over when the rate changes.</param>
    /// <param name="factor">What the rate is multiplied by.</param>
    public static Schedule MultiStep(float rate, IReadOnlyList<int> milestones, float factor = 0.1f) =>
        new Formula(p => rate * Math.Pow(factor, milestones.Count(m => p.Epoch >= m)));

    /// <summary>The rate times a factor after each epoch.</summary>
    public static Schedule Exponential(float rate, float factor) => new Formula(p => rate * Math.Pow(factor, p.Epoch));

    /// <summary>From the given rate down to nothing along half a cosine (Loshchilov and Hutter 2017, equation 5, without restarts).</summary>
    public static Schedule Cosine(float rate) => new Formula(p => rate * Fall(p.Progress));

    /// <summary>Half a cosine again and again, each so many times longer than the one before (Loshchilov and Hutter 2017, equation 5).</summary>
    /// <param name="rate">The rate that each begins with.</param>
    /// <param name="epochs">The length of the first.</param>
    /// <param name="growth">The length of each over that of the one before.</param>
    public static Schedule CosineWithRestarts(float rate, int epochs, int growth = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(growth);
        return new Formula(p =>
        {
            double since = p.Epochs, length = epochs;
            while (since >= length)
            {
                since -= length;
                length *= growth;
            }

            return rate * Fall(since / length);
        });
    }

    /// <summary>
    /// One cycle (Smith and Topin 2017) with cosines, as in PyTorch: from a fraction of the rate up to it, then down to next to nothing.
    /// </summary>
    /// <param name="rate">The rate at its highest.</param>
    /// <param name="rise">The part of the run in which the rate rises.</param>
    /// <param name="startDivisor">The rate over that of the first step.</param>
    /// <param name="endDivisor">The rate of the first step over that of the last.</param>
    public static Schedule OneCycle(float rate, double rise = 0.3, double startDivisor = 25, double endDivisor = 1e4)
    {
        if (rise is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(rise), rise, "A part of the run is above 0 and below 1.");
        double start = rate / startDivisor, end = start / endDivisor;
        return new Formula(p =>
        {
            // The first and the last step have the ends of the curve; steps in between may fall beside the top.
            double last = Math.Max(1, p.Steps - 1), top = (rise * p.Steps) - 1, step = p.Step;
            return step <= top ? rate + ((start - rate) * Fall(step / Math.Max(top, 1))) : end + ((rate - end) * Fall((step - top) / (last - top)));
        });
    }

    /// <summary>The rate times a factor whenever the loss has not fallen for some epochs: that on test data where there is some, else on training data.</summary>
    /// <param name="rate">The rate at first.</param>
    /// <param name="factor">What the rate is multiplied by.</param>
    /// <param name="patience">So many epochs without a fall are forgiven.</param>
    /// <param name="threshold">What counts as a fall, in proportion to the best loss so far.</param>
    /// <param name="least">The rate does not go below this.</param>
    public static Schedule OnPlateau(float rate, float factor = 0.1f, int patience = 10, double threshold = 1e-4, float least = 0) =>
        new Formula(p => Math.Max(least, rate * Math.Pow(factor, Plateaus(p.History, patience, threshold))));

    /// <summary>This schedule, but with its rates scaled from a fraction up to the whole over the first epochs (Goyal et al. 2017, section 2.2).</summary>
    /// <param name="epochs">How long it takes.</param>
    /// <param name="from">The fraction of the first step.</param>
    public Schedule WarmedUp(double epochs, double from = 0) => new Formula(p =>
        RateAt(p) * (p.Epochs < epochs ? from + ((1 - from) * p.Epochs / epochs) : 1));

    private static double Fall(double part) => 0.5 * (1 + Math.Cos(Math.PI * part));

    private static int Plateaus(IReadOnlyList<EpochResult> history, int patience, double threshold)
    {
        int plateaus = 0, since = 0;
        double best = double.PositiveInfinity;
        foreach (var epoch in history)
        {
            double loss = epoch.TestLoss ?? epoch.Loss;
            if (loss < best * (1 - threshold)) (best, since) = (loss, 0);
            else since++;
            if (since <= patience) continue;
            plateaus++;
            since = 0;
        }

        return plateaus;
    }

    private sealed class Formula(Func<RunPosition, double> rate) : Schedule
    {
        public override float RateAt(RunPosition position) => (float)rate(position);
    }
}
