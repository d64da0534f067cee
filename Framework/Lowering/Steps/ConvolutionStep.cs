using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Convolution;
using Framework.Kernels.Gemm;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>A convolution, or one of its gradients, by a kernel of its list. Constant weights are packed once, others at each run.</summary>
internal abstract unsafe class ConvolutionStep : Step
{
    private float* _packed;

    private ConvolutionStep(Node node, ConvolutionProblem problem, ConvolutionKernel kernel, IReadOnlyList<Value> reads)
        : base(node, kernel.Name, reads, [node.Outputs[0]!]) => Problem = problem;

    /// <summary>Which of the three is computed.</summary>
    internal enum Kind
    {
        /// <summary>The output, from (X, W, B).</summary>
        Forward,

        /// <summary>The gradient of the input, from (dY, W).</summary>
        InputGradient,

        /// <summary>The gradient of the weights, from (dY, X).</summary>
        WeightGradient,
    }

    public override long MultiplyAdds => Problem.MultiplyAdds;

    protected ConvolutionProblem Problem { get; }

    /// <summary>How the chosen kernel wants input and output to lie; null where the node is no convolution that a kernel takes.</summary>
    public static (Kind Kind, Layout Input, Layout Output)? KernelLayouts(Node node, KernelChoice choice)
    {
        if (KindOf(node) is not { } kind || ProblemOf(node, kind) is not { } problem) return null;
        ConvolutionKernel kernel = kind switch
        {
            Kind.Forward => choice.Forward(problem, IsConstant(node, choice)).Kernel,
            Kind.InputGradient => choice.InputGradient(problem, IsConstant(node, choice)).Kernel,
            _ => choice.WeightGradient(problem).Kernel,
        };
        return (kind, Of(kernel.InputLayout(problem)), Of(kernel.OutputLayout(problem)));
    }

    /// <summary>The step; null where the node is no convolution that a kernel takes.</summary>
    public static Step? For(Node node, KernelChoice choice)
    {
        if (KindOf(node) is not { } kind || ProblemOf(node, kind) is not { } problem) return null;
        switch (kind)
        {
            case Kind.Forward:
                var forward = choice.Forward(problem, IsConstant(node, choice));
                return new Forward(node, problem, forward.Kernel) { Refusals = forward.PassedOver };
            case Kind.InputGradient:
                var inputGradient = choice.InputGradient(problem, IsConstant(node, choice));
                return new InputGradient(node, problem, inputGradient.Kernel) { Refusals = inputGradient.PassedOver };
            default:
                var weightGradient = choice.WeightGradient(problem);
                return new WeightGradient(node, problem, weightGradient.Kernel) { Refusals = weightGradient.PassedOver };
        }
    }

    private static Kind? KindOf(Node node) => node.Operator switch
    {
        Conv => Kind.Forward,
        Fused fused when fused == Fused.Conv => Kind.Forward,
        ConvInputGrad => Kind.InputGradient,
        ConvWeightGrad => Kind.WeightGradient,
        _ => null,
    };

    private static bool IsConstant(Node node, KernelChoice choice) => choice.IsConstant(node.Inputs[1]!);

    private static Layout Of(BlockedLayout layout) => layout.IsPlain ? Layout.Plain : layout.IsOfImages ? new(0, layout.Block) : new(layout.Block);

    private static ConvolutionProblem? ProblemOf(Node node, Kind kind)
    {
        var output = node.Outputs[0]!;
        var (x, w, y) = kind switch
        {
            Kind.Forward => (node.Inputs[0]!, node.Inputs[1]!, output),
            Kind.InputGradient => (output, node.Inputs[1]!, node.Inputs[0]!),
            _ => (node.Inputs[1]!, output, node.Inputs[0]!),
        };
        if (output.ElementType != ElementType.Float32 || x.Shape!.Rank is < 3 or > 5) return null;
        if (x.Shape.ElementCount == 0 || y.Shape!.ElementCount == 0) return null;
        var (input, weight) = (x.Shape.ToShape(x.Name), w.Shape!.ToShape(w.Name));
        var window = Window.Of(node.Attributes, input.Extents[2..], weight.Extents[2..], y.Shape.ToShape(y.Name).Extents[2..]);
        return new ConvolutionProblem(input[0], input[1], weight[0], Extended(window.Input), Extended(window.Kernel))
        {
            Stride = Extended(window.Strides),
            Dilation = Extended(window.Dilations),
            PadBegin = Pads(window.PadsBegin),
            PadEnd = Pads(window.PadsEnd),
            Groups = (int)node.Attributes.Int("group", 1),
            HasBias = kind == Kind.Forward && node.Inputs.Count > 2 && node.Inputs[2] is not null,
            HasResidual = Fused.ResidualOf(node) is not null,
            Activation = node.Attributes.Has(Fused.ActivationAttribute) ? FusedActivation.Relu : FusedActivation.None,
        };
    }

    // One- and two-dimensional problems lack the outer axes.
    private static Extents Extended(int[] extents) => extents.Length switch
    {
        1 => new(1, 1, extents[0]),
        2 => new(1, extents[0], extents[1]),
        _ => new(extents[0], extents[1], extents[2]),
    };

    private static Padding Pads(int[] pads) => pads.Length switch
    {
        1 => new(0, 0, pads[0]),
        2 => new(0, pads[0], pads[1]),
        _ => new(pads[0], pads[1], pads[2]),
    };

    private static nint PackedBytes(WeightReadingKernel kernel, in ConvolutionProblem problem) => kernel.PackedWeightFloats(problem) * sizeof(float);

    private void PackOnce(WeightReadingKernel kernel, PlanMemory memory, WorkerPool pool)
    {
        if (!IsConstant(1) || PackedBytes(kernel, Problem) is not (> 0 and var bytes)) return;
        _packed = (float*)memory.Allocate(bytes);
        kernel.PackWeights(Problem, Read(1), _packed, pool);
    }

    // Packed weights first, the kernel's own scratch behind them.
    private float* Weights(WeightReadingKernel kernel, ref byte* workspace, WorkerPool pool)
    {
        if (_packed != null) return _packed;
        if (PackedBytes(kernel, Problem) is not (> 0 and var bytes)) return Read(1);
        var packed = (float*)workspace;
        kernel.PackWeights(Problem, Read(1), packed, pool);
        workspace += Aligned(bytes);
        return packed;
    }

    private nint ScratchBytes(WeightReadingKernel kernel, int threads) =>
        (IsConstant(1) ? 0 : Aligned(PackedBytes(kernel, Problem))) + (kernel.WorkspaceFloats(Problem, threads) * sizeof(float));

    private static nint Aligned(nint bytes) => (bytes + Storage.Alignment - 1) & ~(nint)(Storage.Alignment - 1);

    private sealed class Forward(Node node, ConvolutionProblem problem, ForwardKernel kernel)
        : ConvolutionStep(node, problem, kernel, [.. node.Inputs.OfType<Value>()])
    {
        public override nint WorkspaceBytes(int threads) => ScratchBytes(kernel, threads);

        public override void Prepare(PlanMemory memory, WorkerPool pool) => PackOnce(kernel, memory, pool);

        public override void Run(byte* workspace, WorkerPool pool)
        {
            float* weights = Weights(kernel, ref workspace, pool);
            kernel.Run(
                Problem,
                new ForwardArguments
                {
                    Input = Read(0),
                    Weights = weights,
                    Bias = Problem.HasBias ? Read(2) : null,
                    Residual = Problem.HasResidual ? Read(Reads.Count - 1) : null,
                    Output = Write(0),
                    Workspace = (float*)workspace,
                },
                pool);
        }
    }

    private sealed class InputGradient(Node node, ConvolutionProblem problem, InputGradientKernel kernel)
        : ConvolutionStep(node, problem, kernel, [node.Inputs[0]!, node.Inputs[1]!])
    {
        public override nint WorkspaceBytes(int threads) => ScratchBytes(kernel, threads);

        public override void Prepare(PlanMemory memory, WorkerPool pool) => PackOnce(kernel, memory, pool);

        public override void Run(byte* workspace, WorkerPool pool)
        {
            float* weights = Weights(kernel, ref workspace, pool);
            kernel.Run(
                Problem,
                new InputGradientArguments { OutputGradient = Read(0), Weights = weights, InputGradient = Write(0), Workspace = (float*)workspace },
                pool);
        }
    }

    private sealed class WeightGradient(Node node, ConvolutionProblem problem, WeightGradientKernel kernel)
        : ConvolutionStep(node, problem, kernel, [node.Inputs[0]!, node.Inputs[1]!])
    {
        public override nint WorkspaceBytes(int threads) => kernel.WorkspaceFloats(Problem, threads) * sizeof(float);

        public override void Run(byte* workspace, WorkerPool pool) => kernel.Run(
            Problem,
            new WeightGradientArguments { OutputGradient = Read(0), Input = Read(1), WeightGradient = Write(0), Workspace = (float*)workspace },
            pool);
    }
}
