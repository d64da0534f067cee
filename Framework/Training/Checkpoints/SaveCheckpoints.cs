namespace Framework.Training.Checkpoints;

/// <summary>Saves checkpoints of a run: after each epoch, at its end, and every so many steps.</summary>
/// <param name="folder">Where to.</param>
/// <param name="everySteps">Steps between them; 0 for none within an epoch.</param>
/// <param name="everyTime">Time between them; null for none.</param>
public sealed class SaveCheckpoints(CheckpointFolder folder, int everySteps = 0, TimeSpan? everyTime = null) : ITrainingCallback
{
    private RunProgress? _saved;
    private long _time;

    /// <inheritdoc/>
    public void Began(Trainer trainer) => _time = Environment.TickCount64;

    /// <inheritdoc/>
    public void StepDone(Trainer trainer, StepProgress step)
    {
        bool due = (everySteps > 0 && step.Step % everySteps == 0)
            || (everyTime is { } time && Environment.TickCount64 - _time >= time.TotalMilliseconds);
        if (due) Save(trainer);
    }

    /// <inheritdoc/>
    public void EpochDone(Trainer trainer, EpochResult epoch) => Save(trainer);

    /// <inheritdoc/>
    public void Ended(Trainer trainer)
    {
        if (_saved != trainer.Progress) Save(trainer);
    }

    private void Save(Trainer trainer)
    {
        folder.Save(trainer.Capture());
        _saved = trainer.Progress;
        _time = Environment.TickCount64;
    }
}
