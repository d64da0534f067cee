using Framework.Errors;
using Framework.Graphs;
using Onnx.Wire;

namespace Onnx;

/// <summary>
/// Makes a graph of a model's messages, losslessly: nothing is folded; names, order and documentation stay, and the operator set is noted, so that
/// exporting gives the same model again.
/// </summary>
internal static class Importer
{
    /// <summary>Reads a model.</summary>
    /// <param name="source">The model's bytes.</param>
    /// <param name="folder">Where its external data may lie; null where it may have none.</param>
    public static Graph Import(ByteSource source, ExternalData? folder)
    {
        try
        {
            var (model, cuts) = Skeleton.ReadModel(source);
            Checker.Check(model, ordered: false);
            var nodes = FunctionInliner.Inline(model, FunctionInliner.OpsetOf(model.OpsetImport));
            SupportCheck.Check(model, nodes);
            if (folder is not null) ExternalAmount.Check(model.Graph, nodes.Select(n => n.Node), folder);
            return GraphReader.Read(model, nodes, new TensorReader(source, cuts, folder));
        }
        catch (FrameworkException e) when (!e.Place.StartsWith(source.Name, StringComparison.Ordinal))
        {
            throw Misfit.Located(e, source.Name);
        }
    }
}
