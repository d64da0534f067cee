using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Axes;
using Framework.Kernels.Simd;
using Framework.Kernels.Softmax;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>Softmax and its logarithm by the softmax kernels.</summary>
internal sealed unsafe class SoftmaxStep : Step
{
    private readonly AxisProblem _problem;
    private readonly SoftmaxKernel _kernel;

    private SoftmaxStep(Node node, AxisProblem problem, SoftmaxKernel kernel)
        : base(node, kernel.Name, [node.Inputs[0]!], [node.Outputs[0]!])
    {
        _problem = problem;
        _kernel = kernel;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        var x = node.Inputs[0]!;
        if (x.ElementType != ElementType.Float32 || x.Shape!.ElementCount == 0) return null;
        var shape = x.Shape.ToShape();
        int axis = (int)node.Attributes.Int("axis", -1);
        if (axis < 0) axis += shape.Rank;
        var problem = new AxisProblem(shape[..axis].ElementCount, shape[axis], shape[(axis + 1)..].ElementCount);
        return new SoftmaxStep(node, problem, SoftmaxKernels.List.Select(problem, set));
    }

    public override bool MayOverwrite(int read, int write) => true;

    public override void Run(byte* workspace, WorkerPool pool)
    {
        if (Node.Operator is Softmax) _kernel.Softmax(_problem, Read(0), Write(0), pool);
        else _kernel.LogSoftmax(_problem, Read(0), Write(0), pool);
    }
}

/// <summary>
/// Cross-entropy against class indices, and its gradient, by the softmax kernels. The gradient is taken from the logarithms of the
/// probabilities, whose softmax is that of the scores.
/// </summary>
internal sealed unsafe class CrossEntropyStep : Step
{
    private readonly AxisProblem _problem;
    private readonly SoftmaxKernel _kernel;
    private readonly bool _isGradient;
    private readonly bool _isMean;
    private readonly bool _hasWeights;
    private readonly long? _ignored;

    private CrossEntropyStep(Node node, AxisProblem problem, SoftmaxKernel kernel, bool isGradient)
        : base(node, kernel.Name + (isGradient ? "CrossEntropyGrad" : "CrossEntropy"), [.. node.Inputs.OfType<Value>()], [.. node.Outputs.OfType<Value>()])
    {
        _problem = problem;
        _kernel = kernel;
        _isGradient = isGradient;
        _isMean = node.Attributes.String("reduction", "mean") == "mean";
        _hasWeights = node.Inputs.Count > (isGradient ? 3 : 2) && node.Inputs[^1] is not null;
        _ignored = node.Attributes.Has("ignore_index") ? node.Attributes.Int("ignore_index", 0) : null;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        bool isGradient = node.Operator is SoftmaxCrossEntropyLossGrad;
        var (scores, labels) = isGradient ? (node.Inputs[1]!, node.Inputs[2]!) : (node.Inputs[0]!, node.Inputs[1]!);
        if (node.Attributes.String("reduction", "mean") == "none" || scores.ElementType != ElementType.Float32 || labels.ElementType != ElementType.Int64) return null;
        if (scores.Shape!.ElementCount == 0 || node.Outputs[0] is null) return null;
        var shape = scores.Shape.ToShape();
        var problem = new AxisProblem(shape[0], shape[1], shape[2..].ElementCount);
        return new CrossEntropyStep(node, problem, SoftmaxKernels.List.Select(problem, set), isGradient);
    }

    public override nint WorkspaceBytes(int threads) => (_problem.Positions + 1) * sizeof(float);

    public override void Run(byte* workspace, WorkerPool pool)
    {
        var losses = (float*)workspace;
        var labels = (long*)Read(_isGradient ? 2 : 1);
        float* weights = _hasWeights ? Read(Reads.Count - 1) : null;
        CheckLabels(labels);
        double divisor = _isMean ? TotalWeight(labels, weights) : 1;
        var arguments = new CrossEntropyArguments { Classes = labels, ClassWeights = weights, IgnoredClass = _ignored };
        if (_isGradient)
        {
            *losses = (float)(*Read(0) / divisor);
            arguments.Logits = Read(1);
            arguments.LogitsGradient = Write(0);
            arguments.GradientScale = losses;
        }
        else
        {
            arguments.Logits = Read(0);
            arguments.Losses = losses;
            arguments.LogProbabilities = Writes.Count > 1 ? Write(1) : null;
        }

        _kernel.CrossEntropy(_problem, arguments, pool);
        if (_isGradient) return;
        double sum = 0;
        for (nint i = 0; i < _problem.Positions; i++) sum += losses[i];
        *Write(0) = (float)(sum / divisor);
    }

    private double TotalWeight(long* labels, float* weights)
    {
        double total = 0;
        for (nint i = 0; i < _problem.Positions; i++)
        {
            if (labels[i] != _ignored) total += weights == null ? 1 : weights[labels[i]];
        }

        return total;
    }

    private void CheckLabels(long* labels)
    {
        for (nint i = 0; i < _problem.Positions; i++)
        {
            if (labels[i] != _ignored && (labels[i] < 0 || labels[i] >= _problem.Length))
                throw new DataFormatException(Node.Place, $"the label {labels[i]} is outside 0 to {_problem.Length - 1}.");
        }
    }
}
