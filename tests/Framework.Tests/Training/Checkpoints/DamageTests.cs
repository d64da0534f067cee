using Framework.Errors;
using Framework.Training;
using Framework.Training.Checkpoints;

namespace Framework.Tests.Training.Checkpoints;

public sealed class DamageTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("damage-").FullName;

    [Fact]
    public void Every_truncation_of_either_file_is_detected() => EachFile((file, whole) =>
    {
        for (int length = 0; length < whole.Length; length++) ShouldBeDetected(file, whole[..length], $"cut to {length} bytes");
    });

    [Fact]
    public void Every_flipped_bit_of_either_file_is_detected() => EachFile((file, whole) =>
    {
        byte[] changed = [.. whole];
        for (int bit = 0; bit < 8 * whole.Length; bit++)
        {
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            ShouldBeDetected(file, changed, $"bit {bit % 8} of byte {bit / 8}");
            changed[bit / 8] = whole[bit / 8];
        }
    });

    [Fact]
    public void Bytes_behind_the_end_and_a_missing_file_are_detected() => EachFile((file, whole) =>
    {
        ShouldBeDetected(file, [.. whole, 0], "a byte more");
        File.Delete(file);
        FluentActions.Invoking(() => CheckpointFile.Read(Path.ChangeExtension(file, ".json"))).Should().Throw<DataFormatException>();
    });

    [Fact]
    public void The_previous_checkpoint_is_used_where_the_newest_is_damaged()
    {
        var folder = Saved(steps: 3);
        Corrupt(folder.Files[0]);
        Corrupt(CheckpointFile.TensorsBeside(folder.Files[1]));
        var broken = new List<DataFormatException>();

        folder.LoadNewest(broken.Add)!.Progress.Step.Should().Be(1);

        broken.Should().HaveCount(2);
        broken[0].Message.Should().Contain("step-000000000003.json").And.Contain("not as it was written");
        broken[1].Message.Should().Contain("step-000000000002.safetensors");
        Corrupt(folder.Files[2]);
        folder.Invoking(f => f.LoadNewest()).Should().Throw<DataFormatException>().WithMessage("*none of them whole*");
    }

    [Fact]
    public void The_last_ones_are_kept_and_half_written_files_are_cleared_away()
    {
        Directory.CreateDirectory(_path);
        File.WriteAllText(Path.Combine(_path, "step-000000000001.safetensors.abc.tmp"), "half");
        File.WriteAllText(Path.Combine(_path, "notes.txt"), "mine");
        var folder = Saved(steps: 5);

        folder.Files.Select(Path.GetFileName).Should().Equal("step-000000000005.json", "step-000000000004.json", "step-000000000003.json");
        Directory.GetFiles(_path).Should().HaveCount((3 * 2) + 1).And.Contain(Path.Combine(_path, "notes.txt"));
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    private static void Corrupt(string file)
    {
        byte[] content = File.ReadAllBytes(file);
        content[^3] ^= 1;
        File.WriteAllBytes(file, content);
    }

    private static void ShouldBeDetected(string file, byte[] content, string how)
    {
        File.WriteAllBytes(file, content);
        FluentActions.Invoking(() => CheckpointFile.Read(Path.ChangeExtension(file, ".json"))).Should().Throw<DataFormatException>(how);
    }

    private CheckpointFolder Saved(int steps)
    {
        var folder = new CheckpointFolder(_path);
        using var trainer = new Trainer(SmallNetwork.Traced(), SmallRun.Options with { Average = null, Optimizer = new Framework.Training.Optimizers.Sgd(0), Clipping = null });
        for (int step = 1; step <= steps; step++) folder.Save(trainer.Capture() with { Progress = new RunProgress { Step = step } });
        return folder;
    }

    private void EachFile(Action<string, byte[]> check)
    {
        string manifest = Saved(1).Files[0];
        foreach (string file in (string[])[manifest, CheckpointFile.TensorsBeside(manifest)])
        {
            byte[] whole = File.ReadAllBytes(file);
            check(file, whole);
            File.WriteAllBytes(file, whole);
            CheckpointFile.Read(manifest).Progress.Step.Should().Be(1);
        }
    }
}
