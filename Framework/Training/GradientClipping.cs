using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Training;

/// <summary>Keeps gradients within bounds, between the two functions of a training step.</summary>
public abstract class GradientClipping
{
    /// <summary>
    /// Scales all gradients alike where their norm is above a bound (Pascanu, Mikolov and Bengio 2013), as PyTorch does it: by most / (norm + 1e-6).
    /// </summary>
    public static GradientClipping ByNorm(float most) => new Norm(most);

    /// <summary>Takes each gradient to the nearest value between -most and most.</summary>
    public static GradientClipping ByValue(float most) => new Range(most);

    /// <summary>The graph: input <c>gradients</c> [P], output <c>gradients.new</c>.</summary>
    public Graph Graph()
    {
        var builder = new GraphBuilder(GetType().Name);
        return builder.Build(builder.Rename(Trace(builder.Input("gradients", ElementType.Float32, ["P"])), "gradients.new"));
    }

    /// <summary>Traces the clipping.</summary>
    protected abstract Value Trace(Value gradients);

    private sealed class Norm(float most) : GradientClipping
    {
        protected override Value Trace(Value gradients)
        {
            var norm = (gradients * gradients).ReduceSum([], keepDimensions: false).Sqrt();
            return gradients * ((norm + 1e-6f).Reciprocal() * most).Clip(null, 1);
        }
    }

    private sealed class Range(float most) : GradientClipping
    {
        protected override Value Trace(Value gradients) => gradients.Clip(-most, most);
    }
}
