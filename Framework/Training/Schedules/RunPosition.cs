namespace Framework.Training.Schedules;

/// <summary>Where in a run an update of the weights stands.</summary>
/// <param name="Step">The update's number, from 0.</param>
/// <param name="Steps">All updates of the run, if it goes on to its end.</param>
/// <param name="StepsPerEpoch">Updates in an epoch.</param>
/// <param name="History">The epochs that are over. What went before is known by it alone, so that a run that is resumed decides alike.</param>
public readonly record struct RunPosition(long Step, long Steps, int StepsPerEpoch, IReadOnlyList<EpochResult> History)
{
    /// <summary>The epochs that are over, whole.</summary>
    public long Epoch => Step / StepsPerEpoch;

    /// <summary>Epochs, with the part of the one under way.</summary>
    public double Epochs => (double)Step / StepsPerEpoch;

    /// <summary>The part of the run that is over, 0 at its first step.</summary>
    public double Progress => (double)Step / Steps;
}
