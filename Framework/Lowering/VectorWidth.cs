using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Lowering;

/// <summary>
/// How wide a plan's vectors are, and what lies in them. Where the convolutions have so few channels that much of a block would be padding, which is
/// computed, pooled and read like the rest, images lie in the lanes instead; where the batch does not fill them, vectors are narrower than the widest.
/// </summary>
internal static class VectorWidth
{
    /// <summary>The share of padding in the convolutions' outputs, weighted by their multiply-adds, above which blocks of channels do not pay.</summary>
    private const double MostPadding = 0.25;

    /// <summary>Bytes of the rows that filters meet at a time, above which images in the lanes do not pay: half of what a core has near.</summary>
    private const long MostBytesOfRows = 1 << 18;

    /// <summary>The instruction set for a graph whose shapes are known, and whether images lie in the lanes from one convolution to the next.</summary>
    public static (InstructionSet Set, bool OfImages) Of(Graph graph, SessionOptions options)
    {
        var set = options.InstructionSet;
        if (TakesImages(graph, options)) return (set, true);
        while (set > InstructionSet.Vector128 && Padding(graph, set.Width) > MostPadding) set--;
        return (set, false);
    }

    private static bool TakesImages(Graph graph, SessionOptions options)
    {
        int lanes = options.InstructionSet.Width;
        return lanes > 1
            && options.Algorithm is ConvolutionAlgorithm.Auto or ConvolutionAlgorithm.Direct
            && Padding(graph, lanes) > MostPadding
            && Convolutions(graph).All(c => Fits(c, lanes));
    }

    private static bool Fits(Node convolution, int lanes)
    {
        var x = convolution.Inputs[0]!.Shape!;
        var w = convolution.Inputs[1]!.Shape!;
        if (x.Rank != 4 || x[0].Value % lanes != 0 || convolution.Attributes.Int("group", 1) != 1) return false;
        return Math.Max(w[0].Value, w[1].Value) * w[2].Value * x[3].Value * lanes * sizeof(float) <= MostBytesOfRows;
    }

    private static double Padding(Graph graph, int lanes)
    {
        double useful = 0, padded = 0;
        foreach (var node in Convolutions(graph))
        {
            int channels = (int)node.Inputs[1]!.Shape![0].Value;
            double work = (double)node.Outputs[0]!.Shape!.ElementCount.Value * node.Inputs[1]!.Shape!.ElementCount.Value / channels;
            useful += work;
            padded += work * new BlockedLayout(lanes).PaddedChannels(channels) / channels;
        }

        return padded == 0 ? 0 : 1 - (useful / padded);
    }

    private static IEnumerable<Node> Convolutions(Graph graph) =>
        graph.Nodes.Where(n => (n.Operator is Conv || n.Operator == Fused.Conv) && n.Outputs[0]!.ElementType == ElementType.Float32);
}
