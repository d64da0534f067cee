using Framework.Errors;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx.Tests;

/// <summary>Models of many writers, as ONNX's own backend tests hold them: read and written they must be the same, node for node.</summary>
public class LosslessTests
{
    /// <summary>Where Debian's package libonnx-testdata puts the cases.</summary>
    private const string Suite = "/usr/share/libonnx-testdata/data";

    [Fact]
    public void Models_that_are_read_and_written_keep_every_node()
    {
        Directory.Exists(Suite).Should().BeTrue("the package libonnx-testdata holds the cases; eng/test.sh installs it");
        var changed = new List<string>();
        int same = 0;
        foreach (string file in Directory.EnumerateFiles(Suite, "model.onnx", SearchOption.AllDirectories).Order())
        {
            var before = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
            if (before.Functions.Count > 0 || FunctionInliner.OpsetOf(before.OpsetImport) < OpsetHistory.OldestWritten) continue;
            try
            {
                var after = ModelProto.Parser.ParseFrom(OnnxModel.Serialize(OnnxModel.Load(file)));
                if (Difference(before, after) is { } difference) changed.Add($"{Path.GetRelativePath(Suite, file)}: {difference}");
                else same++;
            }
            catch (UnsupportedModelException)
            {
                // What cannot be read cannot be written.
            }
            catch (FrameworkException e)
            {
                changed.Add(e.Message);
            }
        }

        changed.Should().BeEmpty();
        same.Should().BeGreaterThan(300);
    }

    private static string? Difference(ModelProto before, ModelProto after)
    {
        if (!before.OpsetImport.SequenceEqual(after.OpsetImport)) return "other operator sets";
        if (before.IrVersion != after.IrVersion) return "another format version";
        if (!before.Graph.Input.Select(i => i.Name).SequenceEqual(after.Graph.Input.Select(i => i.Name))) return "other inputs";
        if (!before.Graph.Output.Select(i => i.Name).SequenceEqual(after.Graph.Output.Select(i => i.Name))) return "other outputs";
        if (!before.Graph.Initializer.Select(i => i.Name).SequenceEqual(after.Graph.Initializer.Select(i => i.Name))) return "other initializers";
        if (before.Graph.Node.Count != after.Graph.Node.Count) return $"{after.Graph.Node.Count} nodes for {before.Graph.Node.Count}";
        return before.Graph.Node.Zip(after.Graph.Node, Difference).FirstOrDefault(d => d is not null);
    }

    private static string? Difference(NodeProto before, NodeProto after)
    {
        if (before.Name != after.Name || before.OpType != after.OpType) return $"{after.Name} ({after.OpType}) for {before.Name} ({before.OpType})";
        if (!Trimmed(before.Input).SequenceEqual(Trimmed(after.Input))) return $"{before.Name} ({before.OpType}) reads [{string.Join(',', after.Input)}] for [{string.Join(',', before.Input)}]";
        if (!before.Output.SequenceEqual(after.Output)) return $"{before.OpType} makes [{string.Join(',', after.Output)}] for [{string.Join(',', before.Output)}]";

        // An attribute may be written out that was left to its default.
        foreach (var attribute in before.Attribute)
        {
            if (after.Attribute.FirstOrDefault(a => a.Name == attribute.Name) is not { } same) return $"{before.OpType} lost {attribute.Name}";
            if (AttributeCodec.KindOf(attribute) != AttributeCodec.KindOf(same)) return $"{before.OpType}, {attribute.Name} is of another kind";
            if (attribute.T is null && (attribute.F, attribute.I, attribute.S) != (same.F, same.I, same.S)) return $"{before.OpType}, {attribute.Name} changed";
            if (!attribute.Ints.SequenceEqual(same.Ints) || !attribute.Floats.SequenceEqual(same.Floats)) return $"{before.OpType}, {attribute.Name} changed";
        }

        return null;
    }

    private static IEnumerable<string> Trimmed(IEnumerable<string> names) => names.Reverse().SkipWhile(n => n.Length == 0).Reverse();
}
