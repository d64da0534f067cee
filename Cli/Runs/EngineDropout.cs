using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Cli.Runs;

/// <summary>
/// Leaves dropout to the engine that will run a training graph: no operator of ONNX draws our random numbers, but its own <c>Dropout</c> in training
/// mode draws the engine's, and hands out its mask.
/// </summary>
internal sealed class EngineDropout() : GraphPatch(nameof(EngineDropout))
{
    /// <inheritdoc/>
    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (node.Operator is not DropoutTraining) return null;
        var ratio = Builder.Scalar(node.Attributes.Float("ratio", 0.5f), ElementType.Float32);
        var training = Builder.Initializer($"{node.Name}.training_mode", Tensor.Scalar(true), InitializerRole.Constant);
        return Builder.ApplyMany(Dropout.Instance, [Map.Get(node.Inputs[0]!), ratio, training], 2, new Attributes { ["seed"] = node.Attributes.Int("seed", 0) }, node.Name);
    }
}
