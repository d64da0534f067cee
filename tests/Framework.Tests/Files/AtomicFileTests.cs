using Framework.Files;

namespace Framework.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cnn-").FullName;

    private string At(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_is_replaced_whole()
    {
        File.WriteAllText(At("a"), "a long text from before");
        AtomicFile.Write(At("a"), s => s.Write("new"u8));
        File.ReadAllText(At("a")).Should().Be("new");
        Directory.GetFiles(_folder).Should().HaveCount(1);
    }

    [Fact]
    public void Where_writing_fails_everything_stays_as_it_was()
    {
        File.WriteAllText(At("a"), "before");
        var act = () => AtomicFile.Write(
            (At("b"), s => s.Write("first"u8)),
            (At("a"), s =>
            {
                s.Write("half"u8);
                throw new InvalidOperationException("planted");
            }
        ));
        act.Should().Throw<InvalidOperationException>();
        File.ReadAllText(At("a")).Should().Be("before");
        Directory.GetFiles(_folder).Should().HaveCount(1);
    }

    [Fact]
    public void What_names_others_never_stands_beside_files_that_are_not_its_own()
    {
        File.WriteAllText(At("weights"), "old");
        File.WriteAllText(At("model"), "old");
        File.WriteAllText(At("new weights"), "new");

        // The second rename fails as if it were never reached.
        var act = () => AtomicFile.Rename((At("new weights"), At("weights")), (At("absent"), At("model")));

        act.Should().Throw<IOException>();
        File.ReadAllText(At("weights")).Should().Be("new");
        File.Exists(At("model")).Should().BeFalse();
    }

    [Fact]
    public void A_folder_in_the_way_is_seen_before_anything_is_renamed()
    {
        File.WriteAllText(At("weights"), "old");
        Directory.CreateDirectory(At("model"));

        var act = () => AtomicFile.Write((At("weights"), s => s.Write("new"u8)), (At("model"), s => s.Write("new"u8)));

        act.Should().Throw<IOException>().WithMessage("*is a folder*");
        File.ReadAllText(At("weights")).Should().Be("old");
    }

    [Fact]
    public void A_link_is_replaced_and_not_followed()
    {
        if (OperatingSystem.IsWindows()) return; // where making one needs a privilege
        File.WriteAllText(At("target"), "before");
        File.CreateSymbolicLink(At("link"), At("target"));
        AtomicFile.Write(At("link"), s => s.Write("new"u8));
        new FileInfo(At("link")).LinkTarget.Should().BeNull();
        File.ReadAllText(At("link")).Should().Be("new");
        File.ReadAllText(At("target")).Should().Be("before");
    }

    [Fact]
    public void A_device_is_written_to_and_not_replaced()
    {
        if (OperatingSystem.IsWindows()) return;

        // A terminal of our own to write to, so that no device of the machine is at stake: a pipe of this process.
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.In);
        using var writer = new System.IO.Pipes.AnonymousPipeClientStream(System.IO.Pipes.PipeDirection.Out, pipe.GetClientHandleAsString());
        string path = $"/proc/self/fd/{writer.SafePipeHandle.DangerousGetHandle()}";
        if (!File.Exists(path)) return; // a system without /proc

        AtomicFile.Write(path, s => s.Write("figures"u8));

        var read = new byte[7];
        pipe.ReadExactly(read);
        read.Should().Equal("figures"u8.ToArray());
    }
}
