namespace Cli.Tests.TensorBoard;

[Collection(nameof(TrainedRun))]
public sealed class EventFileTests(TrainedRun run)
{
    [Fact]
    public void What_a_run_writes_is_read_back_by_an_independent_reader()
    {
        byte[] file = File.ReadAllBytes(Directory.GetFiles(Path.Combine(run.Folder, "tensorboard")).Should().ContainSingle().Subject);

        var events = EventReader.Read(file);

        events[0].Version.Should().Be("brain.Event:2");
        events.Select(e => e.WallTime).Should().BeInAscendingOrder();
        DateTimeOffset.FromUnixTimeSeconds((long)events[0].WallTime).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        var epochs = run.Figures.GetProperty("epochs").EnumerateArray().ToArray();
        Values("loss/train").Should().Equal(epochs.Select(e => (float)e.GetProperty("loss").GetDouble()));
        Values("accuracy/test").Should().Equal(epochs.Select(e => (float)e.GetProperty("test_accuracy").GetDouble()));

        // 500 digits in batches of 32, twice; a point every twentieth step.
        events.Where(e => e.Values.Any(v => v.Tag == "rate")).Select(e => e.Step).Should().Equal(20);
        events.Where(e => e.Values.Any(v => v.Tag == "loss/test")).Select(e => e.Step).Should().Equal(16, 32);

        IEnumerable<float> Values(string tag) => events.SelectMany(e => e.Values).Where(v => v.Tag == tag).Select(v => v.Value);
    }

    [Fact]
    public void The_reader_notices_a_changed_byte()
    {
        byte[] file = File.ReadAllBytes(Directory.GetFiles(Path.Combine(run.Folder, "tensorboard")).Single());
        file[^6] ^= 1;
        FluentActions.Invoking(() => EventReader.Read(file)).Should().Throw<InvalidDataException>();
    }
}
