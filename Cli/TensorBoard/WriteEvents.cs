using System.Globalization;
using Framework.Training;

namespace Cli.TensorBoard;

/// <summary>Keeps a TensorBoard event file of a run: loss and rate every few steps, figures of each epoch.</summary>
/// <param name="folder">Where it goes; a run that is gone on with adds a file.</param>
/// <param name="everySteps">Steps between two points.</param>
internal sealed class WriteEvents(string folder, int everySteps = 20) : ITrainingCallback, IDisposable
{
    private EventFile? _file;

    public void Began(Trainer trainer)
    {
        Directory.CreateDirectory(folder);
        if (trainer.Progress.Step == 0) RemoveEarlier();
        string name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds():D13}.cnn");
        _file = new EventFile(new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read));
    }

    public void StepDone(Trainer trainer, StepProgress step)
    {
        if (step.Step % everySteps == 0) _file!.Add(step.Step, ("loss/batch", step.BatchLoss), ("rate", step.Rate), ("images_per_second", step.ImagesPerSecond));
    }

    public void EpochDone(Trainer trainer, EpochResult epoch)
    {
        List<(string, double)> values = [("loss/train", epoch.Loss), ("accuracy/train", epoch.TrainAccuracy)];
        if (epoch.TestLoss is { } loss) values.Add(("loss/test", loss));
        if (epoch.TestAccuracy is { } accuracy) values.Add(("accuracy/test", accuracy));
        _file!.Add(trainer.Progress.Step, values);
    }

    public void Dispose() => _file?.Dispose();

    private void RemoveEarlier()
    {
        foreach (string file in Directory.GetFiles(folder, "events.out.tfevents.*")) File.Delete(file);
    }
}
