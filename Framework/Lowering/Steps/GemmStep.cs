using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Gemm;
using Framework.Operators;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>Gemm and MatMul of two matrices by a kernel of the Gemm list; constant operands are packed once.</summary>
internal sealed unsafe class GemmStep : Step
{
    private readonly GemmProblem _problem;
    private readonly GemmKernel _kernel;

    // How many products of such matrices there are, and how far the first operands of two lie apart.
    private int _products;
    private int _stepA;
    private float* _packedA;
    private float* _packedB;

    private GemmStep(Node node, GemmProblem problem, GemmKernel kernel, IReadOnlyList<Value> reads)
        : base(node, kernel.Name, reads, [node.Outputs[0]!])
    {
        _problem = problem;
        _kernel = kernel;
    }

    public override long MultiplyAdds => _products * _problem.MultiplyAdds;

    /// <summary>The step of a product of matrices; null for other nodes, and where no kernel takes the node.</summary>
    public static Step? For(Node node, KernelChoice choice)
    {
        if (node.Operator == MatMul.Instance) return ForMatMul(node, choice);
        return node.Operator == Gemm.Instance || node.Operator == Fused.Gemm ? ForGemm(node, choice) : null;
    }

    public override nint WorkspaceBytes(int threads) => _kernel.WorkspaceFloats(_problem, threads) * sizeof(float);

    public override void Prepare(PlanMemory memory, WorkerPool pool)
    {
        if (_products != 1) return;
        if (IsConstant(0) && _kernel.PackedFloatsA(_problem) is > 0 and var floatsA)
            _kernel.PackA(_problem, Read(0), _packedA = (float*)memory.Allocate(floatsA * sizeof(float)), pool);
        if (IsConstant(1) && _kernel.PackedFloatsB(_problem) is > 0 and var floatsB)
            _kernel.PackB(_problem, Read(1), _packedB = (float*)memory.Allocate(floatsB * sizeof(float)), pool);
    }

    public override void Run(byte* workspace, WorkerPool pool)
    {
        var arguments = new GemmArguments
        {
            A = Read(0),
            B = Read(1),
            C = Write(0),
            Bias = _problem.Bias == GemmBias.None ? null : Read(2),
            PackedA = _packedA,
            PackedB = _packedB,
            Workspace = (float*)workspace,
        };
        for (int i = 0; i < _products; i++)
        {
            _kernel.Run(_problem, arguments, pool);
            arguments.A += _stepA;
            arguments.B += _problem.Depth * _problem.Columns;
            arguments.C += _problem.Rows * _problem.Columns;
        }
    }

    private static GemmStep? ForGemm(Node node, KernelChoice choice)
    {
        var a = node.Attributes;
        if (a.Float("alpha", 1) != 1 || a.Float("beta", 1) != 1 || !IsFloat(node)) return null;
        bool transA = a.Int("transA", 0) != 0, transB = a.Int("transB", 0) != 0;
        var (left, result) = (node.Inputs[0]!.Shape!.ToShape(), node.Outputs[0]!.Shape!.ToShape());
        var bias = node.Inputs.Count > 2 ? node.Inputs[2] : null;
        if (bias is not null && BiasOf(bias.Shape!.ToShape(), result) is null) return null;
        return Make(node, left[transA ? 0 : 1], result[0], result[1], transA, transB, bias, choice, a.Has(Fused.ActivationAttribute));
    }

    private static GemmStep? ForMatMul(Node node, KernelChoice choice)
    {
        var (a, b) = (node.Inputs[0]!.Shape!.ToShape(), node.Inputs[1]!.Shape!.ToShape());
        if (a.Rank < 2 || b.Rank < 2 || !IsFloat(node)) return null;

        // A stack against one matrix is one product of a taller matrix; otherwise one matrix, or one of as large a stack, goes with each.
        if (b.Rank == 2) return Make(node, a[^1], a.ElementCount / Math.Max(1, a[^1]), b[1], false, false, null, choice, false);
        int products = b[..^2].ElementCount;
        if (a.Rank != 2 && !a[..^2].Equals(b[..^2])) return null;
        return Make(node, a[^1], a[^2], b[^1], false, false, null, choice, false, products, a.Rank == 2 ? 0 : a[^2] * a[^1]);
    }

    private static GemmStep? Make(
        Node node, int depth, int rows, int columns, bool transA, bool transB, Value? bias, KernelChoice choice, bool relu,
        int products = 1, int stepA = 0)
    {
        if (rows == 0 || columns == 0 || depth == 0) return null;
        var problem = new GemmProblem(rows, columns, depth, transA, transB)
        {
            Bias = bias is null ? GemmBias.None : BiasOf(bias.Shape!.ToShape(), [rows, columns])!.Value,
            Activation = relu ? FusedActivation.Relu : FusedActivation.None,
        };
        var kernel = choice.Products.Select(problem, choice.Set);
        return new GemmStep(node, problem, kernel, bias is null ? [node.Inputs[0]!, node.Inputs[1]!] : [node.Inputs[0]!, node.Inputs[1]!, bias])
        {
            _products = products,
            _stepA = stepA,
            Refusals = Passed.Over(choice.Products, kernel, problem, choice.Set),
        };
    }

    private static bool IsFloat(Node node) => node.Outputs[0]!.ElementType == Tensors.ElementType.Float32;

    // A bias by column is [N] or [1, N], one by row [M, 1]; a full matrix is added by another step.
    private static GemmBias? BiasOf(Tensors.Shape bias, Tensors.Shape result) => bias switch
    {
        { Rank: 1 } when bias[0] == result[1] => GemmBias.PerColumn,
        { Rank: 2 } when bias[0] == 1 && bias[1] == result[1] => GemmBias.PerColumn,
        { Rank: 2 } when bias[0] == result[0] && bias[1] == 1 => GemmBias.PerRow,
        _ => null,
    };
}
