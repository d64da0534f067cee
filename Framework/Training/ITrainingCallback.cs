namespace Framework.Training;

/// <summary>Told of a run's events, in the thread that trains; what takes long holds training up.</summary>
public interface ITrainingCallback
{
    /// <summary>The run is about to begin, or to go on.</summary>
    void Began(Trainer trainer)
    {
    }

    /// <summary>The weights were updated.</summary>
    void StepDone(Trainer trainer, StepProgress step)
    {
    }

    /// <summary>An epoch is over, and was evaluated.</summary>
    void EpochDone(Trainer trainer, EpochResult epoch)
    {
    }

    /// <summary>The run is over, or was cancelled after a step.</summary>
    void Ended(Trainer trainer)
    {
    }
}
