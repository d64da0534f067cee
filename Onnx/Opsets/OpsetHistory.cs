using Framework.Errors;

namespace Onnx.Opsets;

/// <summary>
/// The versions of <c>ai.onnx</c>'s operator set. The operators of a graph have the meaning of the newest version; steps lead there from
/// the version of a file, and back.
/// </summary>
public static class OpsetHistory
{
    /// <summary>The newest version that ONNX Runtime 1.30 accepts, and the newest that is read and written.</summary>
    public const int Newest = 26;

    /// <summary>The oldest version that is written.</summary>
    public const int OldestWritten = 7;

    /// <summary>
    /// The version that is written unless asked otherwise: of 2022, so that today's engines (ONNX Runtime from 1.12, OpenVINO, TensorRT from 8.6,
    /// the mobile ones) all read it, and the last before operators changed again that convolutional networks use.
    /// </summary>
    public const int Default = 17;

    private static readonly ILookup<string, OpsetStep> s_steps =
        Steps.All.SelectMany(s => s.Operators, (s, op) => (Step: s, Operator: op)).ToLookup(p => p.Operator, p => p.Step);

    /// <summary>The version of the file format that came with a version of the operator set.</summary>
    internal static long IrVersion(int opset) => opset switch
    {
        <= 8 => 3,
        9 => 4,
        10 => 5,
        11 => 6,
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        <= 22 => 10,
        23 => 11,
        24 => 12,
        _ => 13,
    };

    /// <summary>Turns a node of a file into nodes of the newest form.</summary>
    internal static List<NodeForm> Upgrade(NodeForm node, long version, IFormScope scope)
    {
        var nodes = new List<NodeForm> { node };
        for (int next = (int)version + 1; next <= Newest; next++) nodes = Cross(nodes, next, step => n => step.Upgrade(n, scope));
        return nodes;
    }

    /// <summary>Turns a node of the newest form into nodes of an older version.</summary>
    /// <exception cref="UnsupportedModelException">The older version cannot express it.</exception>
    internal static List<NodeForm> Downgrade(NodeForm node, long version, IFormScope scope)
    {
        var nodes = new List<NodeForm> { node };
        for (int next = Newest; next > version; next--) nodes = Cross(nodes, next, step => n => step.Downgrade(n, scope));
        return nodes;
    }

    private static List<NodeForm> Cross(List<NodeForm> nodes, int version, Func<OpsetStep, Func<NodeForm, IEnumerable<NodeForm>>> crossing)
    {
        if (!nodes.Exists(n => StepOf(n, version) is not null)) return nodes;
        return [.. nodes.SelectMany(n => StepOf(n, version) is { } step ? crossing(step)(n) : [n])];
    }

    private static OpsetStep? StepOf(NodeForm node, int version) =>
        node.Domain.Length > 0 ? null : s_steps[node.Operator].FirstOrDefault(s => s.Version == version);
}
