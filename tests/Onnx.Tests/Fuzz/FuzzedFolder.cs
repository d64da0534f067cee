using System.Diagnostics;
using Framework.Tensors;
using Google.Protobuf;
using Onnx.Wire;

namespace Onnx.Tests.Fuzz;

/// <summary>A folder with files of weights and with what only looks like some, and models whose initializers name any of it.</summary>
internal sealed class FuzzedFolder
{
    /// <summary>How many bytes all files of weights have.</summary>
    public const long Bytes = Large + (2 * Small);

    private const int Large = 1 << 20, Small = 64, MostTensors = 100;

    private static readonly string[] s_locations =
        ["large", "small", "./large", "sub/small", "link", "pipe", "out", "sub", "absent", "../secret", "/etc/passwd", "/dev/zero", "", "large\0", "sub/../large", "hard"];

    private static readonly long[] s_extents = [0, 1, 2, 16, Large / sizeof(float), (Large / sizeof(float)) + 1, int.MaxValue, long.MaxValue, -1];

    private static readonly string[] s_numbers = ["0", "1", "8", "64", "4096", "1048576", "9223372036854775807", "9223372036854775808", "-1", "+1", " 1", "x", ""];

    private readonly string _path;

    public FuzzedFolder(string outer)
    {
        string folder = Directory.CreateDirectory(Path.Combine(outer, "inner")).FullName;
        _path = Path.Combine(folder, "fuzzed.onnx");
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        File.WriteAllBytes(Path.Combine(outer, "secret"), new byte[Small]);
        File.WriteAllBytes(Path.Combine(folder, "large"), new byte[Large]);
        foreach (string name in new[] { "small", "sub/small" }) File.WriteAllBytes(Path.Combine(folder, name), new byte[Small]);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "large");
        File.CreateSymbolicLink(Path.Combine(folder, "out"), Path.Combine(outer, "secret"));
        Run("mkfifo", Path.Combine(folder, "pipe"));
        Run("ln", Path.Combine(outer, "secret"), Path.Combine(folder, "hard"));
    }

    /// <summary>Words of the errors that models here must lead to.</summary>
    public static IReadOnlyList<string> Refusals { get; } =
        ["outside the model's folder", "no ordinary file", "cannot be read", "is no number", "none is named", "wants bytes", "bytes of external data", "hard links", "but Float32"];

    /// <summary>A model of a few initializers, every second of which is odd, or of many, most of which are as they should be.</summary>
    public static byte[] Model(CounterRandom random)
    {
        var model = new TestModel(17).Input("x", 1).Node("Relu", ["x"], ["y"]).Output("y");
        bool many = random.NextInt(3) == 0;
        int tensors = random.NextInt(many ? MostTensors : 4);
        for (int i = 0; i < tensors; i++)
        {
            bool whole = random.NextInt(many ? 20 : 2) > 0;
            var tensor = new TensorProto
            {
                Name = $"w{i}",
                DataType = (int)ElementType.Float32,
                Dims = { whole ? Large / sizeof(float) : s_extents[random.NextInt(s_extents.Length)] },
                DataLocation = TensorProto.Types.DataLocation.External,
            };
            Entry("location", whole ? "large" : s_locations[random.NextInt(s_locations.Length)]);
            foreach (string key in new[] { "offset", "length" })
            {
                if (!whole && random.NextInt(3) == 0) Entry(key, s_numbers[random.NextInt(s_numbers.Length)]);
            }

            model.Graph.Initializer.Add(tensor);

            void Entry(string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return model.Message.ToByteArray();
    }

    /// <summary>Writes the model beside the files.</summary>
    public string Write(byte[] model)
    {
        File.WriteAllBytes(_path, model);
        return _path;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }
}
