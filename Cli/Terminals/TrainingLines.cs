using System.Diagnostics;
using System.Globalization;
using Framework.Training;

namespace Cli.Terminals;

/// <summary>How far training has come, in a line.</summary>
internal static class TrainingLines
{
    /// <summary>A step.</summary>
    public static string Of(StepProgress step) => string.Create(
        CultureInfo.InvariantCulture,
        $"epoch {step.Epoch}/{step.Epochs}  loss {step.Loss:F4}  accuracy {step.Accuracy:P2}  "
        + $"{step.ImagesPerSecond:N0} images/s  {Span(step.Left)} left");

    /// <summary>An epoch.</summary>
    public static string Of(EpochResult epoch)
    {
        string test = epoch.TestAccuracy is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $"  test {accuracy:P2}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch}: loss {epoch.Loss:F4}  train {epoch.TrainAccuracy:P2}{test}  "
            + $"{epoch.ImagesPerSecond:N0} images/s  {epoch.Seconds:F1} s");
    }

    private static string Span(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min")
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{Math.Ceiling(time.TotalSeconds):F0} s";
}

/// <summary>Progress where no terminal shows it: a line now and then, so that a log tells that the run is alive.</summary>
internal sealed class PlainProgress(TextWriter writer)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();

    public void Step(StepProgress step)
    {
        if (_sinceLast.Elapsed < s_interval || step.Batch == step.Batches) return;
        writer.WriteLine(TrainingLines.Of(step));
        _sinceLast.Restart();
    }
}
