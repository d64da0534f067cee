using Framework.Errors;
using Framework.Operators;

namespace Framework.Graphs;

/// <summary>Which operator domains a graph may hold at a stage of its life.</summary>
public enum GraphStage
{
    /// <summary>Operators of <c>ai.onnx</c> only: may be stored.</summary>
    Portable,

    /// <summary>Also <c>grad</c>: differentiated.</summary>
    Training,

    /// <summary>Also <c>exec</c>: inside a plan.</summary>
    Lowered,
}

/// <summary>Checks what every graph must be: names assigned once, before they are read, by operators that the stage allows.</summary>
public static class GraphVerifier
{
    /// <summary>Checks a graph.</summary>
    /// <exception cref="ModelFormatException">A rule is broken; the message names the first place.</exception>
    public static void Check(Graph graph, GraphStage stage)
    {
        var assigned = new HashSet<string>(StringComparer.Ordinal);
        var known = new HashSet<Value>();
        foreach (var value in graph.Inputs.Concat(graph.Initializers.Select(i => i.Value))) Assign(value);
        foreach (var node in graph.Nodes)
        {
            if (!Allows(stage, node.Operator.Domain))
                throw new ModelFormatException(node.Place, $"an operator of the domain '{node.Operator.Domain}' may not be in a {stage} graph.");
            foreach (var input in node.Inputs)
            {
                if (input is not null && !known.Contains(input))
                    throw new ModelFormatException(node.Place, $"reads '{input.Name}' before anything makes it.");
            }

            foreach (var output in node.Outputs)
            {
                if (output is not null) Assign(output);
            }
        }

        foreach (var output in graph.Outputs)
        {
            if (!known.Contains(output)) throw new ModelFormatException($"output '{output.Name}'", "nothing makes it.");
        }

        void Assign(Value value)
        {
            if (!assigned.Add(value.Name)) throw new ModelFormatException($"value '{value.Name}'", "is assigned twice; every name is assigned once.");
            known.Add(value);
        }
    }

    private static bool Allows(GraphStage stage, string domain) => domain switch
    {
        Domains.Onnx => true,
        Domains.Gradient => stage >= GraphStage.Training,
        Domains.Execution => stage == GraphStage.Lowered,
        _ => stage != GraphStage.Portable,
    };
}
