using System.Text;

namespace Framework.Graphs;

/// <summary>The text form of graphs, for people, messages and tests: one line an input, an initializer, a node, an output.</summary>
internal static class GraphText
{
    public static string Write(Graph graph)
    {
        var text = new StringBuilder();
        text.Append("graph ").AppendLine(graph.Name);
        foreach (var input in graph.Inputs) text.Append("  input ").Append(input).AppendLine();
        foreach (var initializer in graph.Initializers)
            text.Append("  ").Append(initializer.Role.ToString().ToLowerInvariant()).Append(' ').Append(initializer.Value).AppendLine();
        foreach (var node in graph.Nodes) text.Append("  ").AppendLine(Write(node));
        foreach (var output in graph.Outputs) text.Append("  output ").AppendLine(output.Name);
        return text.ToString();
    }

    public static string Write(Node node)
    {
        var text = new StringBuilder();
        text.AppendJoin(", ", node.Outputs.Select(o => o is null ? "_" : $"{o}{(o.Layout.IsPlain ? "" : $" {o.Layout}")}"));
        text.Append(" = ");
        if (node.Operator.Domain.Length > 0) text.Append(node.Operator.Domain).Append('.');
        text.Append(node.Operator.Name);
        if (node.Attributes.Count > 0)
            text.Append('{').AppendJoin(", ", node.Attributes.Select(a => $"{a.Key}={a.Value}")).Append('}');
        text.Append('(').AppendJoin(", ", node.Inputs.Select(i => i?.Name ?? "_")).Append(')');
        return text.ToString();
    }
}
