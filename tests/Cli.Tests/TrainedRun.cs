using System.Text.Json;

namespace Cli.Tests;

/// <summary>A LeNet-5 that the command trained for two epochs on some digits, for all tests that need a run.</summary>
public sealed class TrainedRun : IDisposable
{
    public TrainedRun()
    {
        SmallDigits.Write(Cnn["small"]);
        Result = Cnn.Run("train", "--model", "lenet5", "--data", "small", "--epochs", "2", "--seed", "7", "--out", "run", "--json", "train.json");
        Result.ExitCode.Should().Be(0, Result.Error);
    }

    internal Cnn Cnn { get; } = new();

    internal CnnResult Result { get; }

    internal string Data => Cnn["small"];

    internal string Folder => Cnn["run"];

    internal string Model => Path.Combine(Folder, "model.onnx");

    internal JsonElement Figures => Json.Read(Cnn["train.json"]);

    public void Dispose() => Cnn.Dispose();
}

/// <summary>The tests that share the one run.</summary>
[CollectionDefinition(nameof(TrainedRun))]
public sealed class TrainedRunTests : ICollectionFixture<TrainedRun>;
