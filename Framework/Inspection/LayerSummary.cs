using Framework.Graphs;

namespace Framework.Inspection;

/// <summary>The figures of one layer, for one image.</summary>
/// <param name="Name">The node's name: the path of the module that made it.</param>
/// <param name="Op">The operator.</param>
/// <param name="OutputShape">The extents of its output.</param>
/// <param name="Parameters">Trainable numbers that no layer before it has.</param>
/// <param name="MultiplyAdds">Multiplications with addition, of convolutions and fully connected layers.</param>
/// <param name="ActivationBytes">Bytes of its output; 0 where it takes its input's place.</param>
/// <param name="ReceptiveField">
/// How many places of the input, along the axis where they are most, one place of the output depends on; null without spatial axes.
/// </param>
/// <param name="Jump">How far apart in the input neighbouring places of the output look.</param>
public sealed record LayerSummary(
    string Name, string Op, SymbolicShape OutputShape, long Parameters, long MultiplyAdds, long ActivationBytes, long? ReceptiveField, double? Jump);
