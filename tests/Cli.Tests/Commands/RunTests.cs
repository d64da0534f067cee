using Framework.Execution;
using Framework.Tensors;
using Onnx;

namespace Cli.Tests.Commands;

[Collection(nameof(TrainedRun))]
public sealed class RunTests(TrainedRun run)
{
    [Theory]
    [InlineData("input.npy")]
    [InlineData("input.pb")]
    public void Tensors_from_files_go_in_and_outputs_are_written(string file)
    {
        using var cnn = new Cnn();
        var input = Input(3);
        TensorFiles.Write(cnn[file], input);

        var result = cnn.Run("run", run.Model, "--input", $"input={file}", "--out", "results");

        result.ExitCode.Should().Be(0, result.Error);
        result.Output.Should().Contain("output").And.Contain("Float32[3,10]");
        using var session = new Session(OnnxModel.Load(run.Model));
        TensorFiles.Read(cnn["results/output.npy"]).AsSpan<float>().ToArray().Should().Equal(session.Run(input)[0].AsSpan<float>().ToArray());
    }

    [Fact]
    public void An_input_of_the_wrong_shape_is_named_with_its_file()
    {
        using var cnn = new Cnn();
        TensorFiles.Write(cnn["wrong.npy"], new Tensor(ElementType.Float32, [1, 3, 28, 28]));
        Refused(cnn, "run", run.Model, "--input", "input=wrong.npy", "--out", "results").Should()
            .Contain("wrong.npy").And.Contain("input 'input'").And.Contain("[1,3,28,28]").And.Contain("[N,1,28,28]");
    }

    [Fact]
    public void A_missing_or_unknown_input_is_named_with_what_the_model_takes()
    {
        using var cnn = new Cnn();
        TensorFiles.Write(cnn["digit.npy"], Input(1));
        Refused(cnn, "run", run.Model).Should().Contain("input: Float32[N,1,28,28]");
        Refused(cnn, "run", run.Model, "--input", "picture=digit.npy").Should().Contain("'picture'");
        Refused(cnn, "run", run.Model, "--input", "digit.npy").Should().Contain("NAME=FILE");
        Refused(cnn, "run", run.Model, "--input", "input=digit.npy", "--input", "input=digit.npy").Should().Contain("twice");
        Refused(cnn, "run", run.Model, "--input", "input=absent.npy").Should().Contain("absent.npy");
    }

    [Fact]
    public void A_run_that_needs_more_memory_than_it_is_given_is_refused()
    {
        using var cnn = new Cnn();
        TensorFiles.Write(cnn["digits.npy"], Input(400));
        Refused(cnn, "run", run.Model, "--input", "input=digits.npy", "--out", "results", "--memory-budget", "1").Should().Contain("of the budget of 1048576");
        cnn.Run("run", run.Model, "--input", "input=digits.npy", "--memory-budget", "1000").ExitCode.Should().Be(0);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named_with_its_option()
    {
        using var cnn = new Cnn();
        TensorFiles.Write(cnn["digit.npy"], Input(1));
        TensorFiles.Write(cnn["file.npy"], Input(1));
        Refused(cnn, "run", run.Model, "--input", "input=digit.npy", "--out", "file.npy/results").Should().Contain("--out 'file.npy/results'").And.Contain("cannot be written");
    }

    private static string Refused(Cnn cnn, params string[] arguments)
    {
        string[] before = cnn.Files;
        var result = cnn.Run(arguments);
        result.ExitCode.Should().Be(2);
        cnn.Files.Should().Equal(before);
        return result.ErrorLines.Should().ContainSingle().Subject;
    }

    private static Tensor Input(int count)
    {
        var tensor = new Tensor(ElementType.Float32, [count, 1, 28, 28]);
        var random = new CounterRandom(3, "input");
        foreach (ref float x in tensor.AsSpan<float>()) x = (float)random.NextNormal();
        return tensor;
    }
}
