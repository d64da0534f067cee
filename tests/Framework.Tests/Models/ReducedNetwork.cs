using Framework.Graphs;
using Framework.Models;
using Framework.Modules;
using Framework.Tensors;

namespace Framework.Tests.Models;

/// <summary>A network at its full depth, narrow, over the smallest images that it takes well: whole networks in a test's time.</summary>
internal sealed class ReducedNetwork
{
    private ReducedNetwork(Module module, Shape input)
    {
        Module = module;
        Input = input;
    }

    public Module Module { get; }

    /// <summary>The shape of a batch.</summary>
    public Shape Input { get; }

    public static ReducedNetwork Of(string name, int batch, int? side = null)
    {
        // The compact GoogLeNet has one width only, and so has what is small already.
        double width = name is "course-googlenet" or "softmax" or "xo" or "lenet5" ? 1
            : name.EndsWith("-cifar", StringComparison.Ordinal) ? 0.25
            : 1.0 / 16;
        var module = ModelCatalog.Create(name, new ModelOptions { Classes = 5, Width = width });
        module.Initialize(seed: 1);
        Shape own = module.InputShape!.With(0, batch).ToShape();
        side ??= SmallestSide(name);
        return new ReducedNetwork(module, side is { } s ? [batch, 3, s, s] : own);
    }

    /// <summary>A batch of inputs.</summary>
    public Tensor Batch()
    {
        var random = new CounterRandom(3, "batch");
        if (Module.InputType == ElementType.Int64)
        {
            var words = new Tensor(ElementType.Int64, Input);
            foreach (ref long word in words.AsSpan<long>()) word = random.NextInt(1000);
            return words;
        }

        var images = new Tensor(ElementType.Float32, Input);
        foreach (ref float x in images.AsSpan<float>()) x = (float)random.NextNormal();
        return images;
    }

    /// <summary>The seeded classes of a batch.</summary>
    public Tensor Labels()
    {
        var labels = new Tensor(ElementType.Int64, [Input[0]]);
        for (int i = 0; i < Input[0]; i++) labels.AsSpan<long>()[i] = i % 5;
        return labels;
    }

    public Graph Trace() => Module.Trace(((SymbolicShape)Input).With(0, "N"));

    public Graph TraceAll() => Module.TraceAll(((SymbolicShape)Input).With(0, "N"));

    // Of networks that take any size. Below these a pool of AlexNet's torchvision form, or of GoogLeNet, has too few places.
    private static int? SmallestSide(string name) => name switch
    {
        "softmax" or "xo" or "lenet5" or "textcnn" or "alexnet" or "alexnet-grouped" or "zfnet" or "course-vgg" => null,
        "alexnet-tv" => 63,
        "googlenet" or "googlenet-tv" => 48,
        _ => name.EndsWith("-cifar", StringComparison.Ordinal) ? 16 : 32,
    };
}
