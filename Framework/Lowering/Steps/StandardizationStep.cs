using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Elementwise;
using Framework.Kernels.Normalization;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>
/// Instance, group and layer normalisation: lines of neighbours are brought to mean 0 and variance 1 by the channel kernels, for which each line is a
/// channel; then scaled and shifted.
/// </summary>
internal sealed unsafe class StandardizationStep : Step
{
    private readonly ChannelProblem _lines;
    private readonly ChannelKernel _statistics;
    private readonly ElementwiseProblem _affine;
    private readonly ElementwiseKernel _elementwise;
    private readonly float _epsilon;

    // Which results are the means and the inverse deviations; 0 where nobody asks for them.
    private readonly int _meanWrite;
    private readonly int _inverseWrite;

    private StandardizationStep(Node node, in ChannelProblem lines, ChannelKernel statistics, ElementwiseProblem affine, ElementwiseKernel elementwise)
        : base(node, $"{statistics.Name}+{elementwise.Name}", [.. node.Inputs.OfType<Value>()], [.. node.Outputs.OfType<Value>()])
    {
        _lines = lines;
        _statistics = statistics;
        _affine = affine;
        _elementwise = elementwise;
        _epsilon = node.Attributes.Float("epsilon", 1e-5f);
        var (mean, inverse) = (node.Outputs.ElementAtOrDefault(1), node.Outputs.ElementAtOrDefault(2));
        if (mean is not null) _meanWrite = 1;
        if (inverse is not null) _inverseWrite = _meanWrite + 1;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        if (node.Inputs.Concat(node.Outputs).Any(v => v is not null && v.ElementType != ElementType.Float32)) return null;
        if (node.Outputs[0] is null || node.Inputs[0]!.Shape!.ElementCount == 0) return null;
        var shape = node.Inputs[0]!.Shape!.ToShape();

        // The tensor as lines and places within, and how statistics, scale and shift lie along it.
        var (whole, perLine, affine) = node.Operator switch
        {
            InstanceNormalization => Grouped(shape, shape[1]),
            GroupNormalization => Grouped(shape, (int)node.Attributes.Int("num_groups", 1)),
            _ => Layered(node, shape),
        };
        int lines = perLine.ElementCount;
        var problem = new ChannelProblem(1, lines, whole.ElementCount / lines);
        Shape[] operands = [whole, perLine, perLine, .. node.Inputs.Skip(1).OfType<Value>().Select(v => node.Operator is LayerNormalization ? v.Shape!.ToShape() : affine)];
        var rest = ElementwiseProblem.Broadcast(Program(hasShift: operands.Length > 4), whole, operands);
        var statistics = ChannelKernels.List.Select(problem, set);
        return new StandardizationStep(node, problem, statistics, rest, ElementwiseKernels.List.Select(rest, set))
        {
            Refusals = Passed.Over(ChannelKernels.List, statistics, problem, set),
        };
    }

    public override bool MayOverwrite(int read, int write) => read == 0 && write == 0;

    public override nint WorkspaceBytes(int threads) => ((2 * (nint)_lines.ChannelFloats) + _lines.WorkspaceFloats) * sizeof(float);

    public override void Run(byte* workspace, WorkerPool pool)
    {
        int lines = _lines.ChannelFloats;
        float* mean = (float*)workspace, inverse = mean + lines;
        _statistics.Statistics(_lines, Read(0), mean, inverse, inverse + lines, pool);
        for (int i = 0; i < lines; i++) inverse[i] = (float)(1 / Math.Sqrt(inverse[i] + (double)_epsilon));
        if (_meanWrite > 0) new ReadOnlySpan<float>(mean, lines).CopyTo(new Span<float>(Write(_meanWrite), lines));
        if (_inverseWrite > 0) new ReadOnlySpan<float>(inverse, lines).CopyTo(new Span<float>(Write(_inverseWrite), lines));

        nint* inputs = stackalloc nint[5] { (nint)Read(0), (nint)mean, (nint)inverse, (nint)Read(1), Reads.Count > 2 ? (nint)Read(2) : 0 };
        nint output = (nint)Write(0);
        _elementwise.Run(_affine, new ReadOnlySpan<nint>(inputs, 2 + Reads.Count), new ReadOnlySpan<nint>(ref output), pool);
    }

    private static (Shape Whole, Shape PerLine, Shape Affine) Grouped(Shape shape, int groups) =>
        ([shape[0], groups, shape[1] / groups, shape[2..].ElementCount], [shape[0], groups, 1, 1], [groups, shape[1] / groups, 1]);

    private static (Shape Whole, Shape PerLine, Shape Affine) Layered(Node node, Shape shape)
    {
        int axis = (int)node.Attributes.Int("axis", -1);
        if (axis < 0) axis += shape.Rank;
        return (shape, [.. shape.Extents[..axis], .. Enumerable.Repeat(1, shape.Rank - axis)], shape);
    }

    // (x - mean) inverse scale + shift, with the shift left out where there is none.
    private static ElementwiseProgram Program(bool hasShift)
    {
        var build = new ElementwiseBuilder();
        var centred = build.Apply(ElementwiseOperation.Subtract, build.Input(), build.Input());
        var standardized = build.Apply(ElementwiseOperation.Multiply, centred, build.Input());
        var scale = build.Input();
        build.Output(hasShift
            ? build.Apply(ElementwiseOperation.MultiplyAdd, standardized, scale, build.Input())
            : build.Apply(ElementwiseOperation.Multiply, standardized, scale));
        return build.Build();
    }
}
