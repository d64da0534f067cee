using Framework.Graphs;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Operators;

namespace Framework.Lowering;

/// <summary>
/// How wide a plan's vectors are: narrower than the widest where the convolutions have so few channels that much of a block would be padding, which
/// is computed, pooled and read like the rest. A training step of LeNet-5 on a Zen 4 core took a tenth less time with blocks of 8 than with 16.
/// </summary>
internal static class VectorWidth
{
    /// <summary>The share of padding in the convolutions' outputs, weighted by their multiply-adds, above which narrower vectors are taken.</summary>
    private const double MostPadding = 0.25;

    /// <summary>The instruction set for a graph whose shapes are known.</summary>
    public static InstructionSet Of(Graph graph, InstructionSet widest)
    {
        var set = widest;
        while (set > InstructionSet.Vector128 && Padding(graph, set.Width) > MostPadding) set--;
        return set;
    }

    private static double Padding(Graph graph, int lanes)
    {
        double useful = 0, padded = 0;
        foreach (var node in graph.Nodes)
        {
            if (node.Operator is not Conv && node.Operator != Fused.Conv) continue;
            int channels = (int)node.Inputs[1]!.Shape![0].Value;
            double work = (double)node.Outputs[0]!.Shape!.ElementCount.Value * node.Inputs[1]!.Shape!.ElementCount.Value / channels;
            useful += work;
            padded += work * new BlockedLayout(lanes).PaddedChannels(channels) / channels;
        }

        return padded == 0 ? 0 : 1 - (useful / padded);
    }
}
