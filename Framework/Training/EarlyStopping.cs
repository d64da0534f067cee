namespace Framework.Training;

/// <summary>Ends a run whose loss no longer falls: that on test data where there is some, else on training data.</summary>
/// <param name="Patience">So many epochs in a row may go by without a fall.</param>
/// <param name="LeastFall">By how much a loss must lie below the best so far to count as a fall.</param>
public sealed record EarlyStopping(int Patience, double LeastFall = 0)
{
    /// <summary>Whether a run with these epochs behind it is to end.</summary>
    public bool IsOver(IReadOnlyList<EpochResult> history)
    {
        int since = 0;
        double best = double.PositiveInfinity;
        foreach (var epoch in history)
        {
            double loss = epoch.TestLoss ?? epoch.Loss;
            if (loss < best - LeastFall) (best, since) = (loss, 0);
            else since++;
        }

        return since > Patience;
    }
}
