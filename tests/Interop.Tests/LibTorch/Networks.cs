using Framework.Graphs;
using Framework.Models;
using Framework.Tensors;
using Framework.Training;

namespace Interop.Tests.LibTorch;

/// <summary>LeNet-5 with its loss, batch free, and digits of noise for it.</summary>
internal static class Networks
{
    public static Graph LeNetWithLoss()
    {
        var network = new LeNet5().Initialize(seed: 1).Trace();
        var builder = GraphBuilder.CopyOf(network, out var map);
        var scores = map.Get(network.Outputs[0]);
        var fact = Loss.CrossEntropy.TargetOf(scores);
        var target = builder.Input("target", fact.ElementType, fact.Shape);
        var loss = builder.Rename(Loss.CrossEntropy.Trace(scores, target), "loss");
        return builder.Build(loss, scores);
    }

    public static Tensor[] Batch(int count, long seed = 1)
    {
        var random = new CounterRandom(seed, "batch");
        var images = new Tensor(ElementType.Float32, [count, 1, 28, 28]);
        foreach (ref float pixel in images.AsSpan<float>()) pixel = (float)random.NextNormal();
        var labels = new Tensor(ElementType.Int64, [count]);
        foreach (ref long label in labels.AsSpan<long>()) label = random.NextInt(10);
        return [images, labels];
    }
}
