using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.OnnxRuntime;
using Onnx;

namespace Validation.Tests.Export;

public class TrainingGraphTests
{
    /// <summary>The unit roundoff of single precision.</summary>
    private const double Roundoff = 1.0 / (1 << 24);

    [Fact]
    public void OnnxRuntime_computes_loss_and_gradients_from_an_exported_training_graph_for_any_batch()
    {
        var random = new CounterRandom(3, "training");
        var b = new GraphBuilder("training");
        var x = b.Input("x", ElementType.Float32, ["N", 2, 8, 8]);
        var labels = b.Input("labels", ElementType.Int64, ["N"]);
        var y = x.Conv(Weight("conv.weight", 4, 2, 3, 3), Weight("conv.bias", 4), new Attributes { ["pads"] = new long[] { 1, 1, 1, 1 } }, "conv").Relu();
        y = y.MaxPool(new Attributes { ["kernel_shape"] = new long[] { 3, 3 }, ["strides"] = new long[] { 2, 2 } }, "pool").Flatten();
        y = b.Apply(Gemm.Instance, [y, Weight("fc.weight", 3, 36), Weight("fc.bias", 3)], new Attributes { ["transB"] = 1 }, "fc");
        var loss = b.Rename(y.SoftmaxCrossEntropyLoss(labels), "loss");
        var training = Backward.Differentiate(b.Build(loss), "loss", ["x", "conv.weight", "conv.bias", "fc.weight", "fc.bias"]);
        byte[] model = OnnxModel.Serialize(training);
        using var own = new Interpreter(training);
        using var engine = new OrtSession(model, new OrtSessionOptions { Threads = 1 });

        foreach (int batch in new[] { 1, 3 })
        {
            Tensor[] inputs = [Normal([batch, 2, 8, 8]), Tensor.From(Enumerable.Range(0, batch).Select(i => (long)(i % 3)).ToArray(), [batch])];
            var expected = own.Run(inputs);
            var actual = engine.Run(new Dictionary<string, Tensor> { ["x"] = inputs[0], ["labels"] = inputs[1] });
            for (int i = 0; i < expected.Count; i++)
            {
                string name = training.Outputs[i].Name;
                float[] e = expected[i].ToArray<float>(), a = actual[name].ToArray<float>();
                double scale = e.Select(v => Math.Abs((double)v)).Max();

                // The longest sum goes over all places of the batch, and its terms have passed through sums before.
                double bound = 2 * ((batch * 8 * 8) + 36 + (2 * 3 * 3)) * Roundoff * scale;
                a.Zip(e, (p, q) => Math.Abs((double)p - q)).Max().Should().BeLessThan(bound, "{0} is compared for a batch of {1}", name, batch);
            }
        }

        Value Weight(string name, params int[] shape) => b.Initializer(name, Normal(new Shape(shape)), InitializerRole.Parameter);

        Tensor Normal(Shape shape)
        {
            var tensor = new Tensor(ElementType.Float32, shape);
            foreach (ref float f in tensor.AsSpan<float>()) f = (float)random.NextNormal() * 0.5f;
            return tensor;
        }
    }
}
