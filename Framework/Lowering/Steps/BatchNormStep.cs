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
/// Batch normalisation, plain or blocked: by the statistics that are given, or in training by the batch's own, which the channel kernels find. What
/// belongs to a channel is computed in double precision, what belongs to an element by the elementwise kernels, what follows the norm included.
/// </summary>
internal sealed unsafe class BatchNormStep : Step
{
    private readonly ChannelProblem _problem;
    private readonly ElementwiseProblem _normalization;
    private readonly ElementwiseKernel _elementwise;

    // Finds the batch's statistics; null where they are given.
    private readonly ChannelKernel? _statistics;
    private readonly int _channels;
    private readonly float _epsilon;
    private readonly double _momentum;
    private readonly double _varianceFactor;

    private BatchNormStep(
        Node node, in ChannelProblem problem, ElementwiseKernel elementwise, ElementwiseProblem normalization, ChannelKernel? statistics)
        : base(
            node,
            statistics is null ? elementwise.Name : $"{statistics.Name}+{elementwise.Name}",
            [.. node.Inputs.OfType<Value>()],
            [.. node.Outputs.OfType<Value>()])
    {
        _problem = problem;
        _normalization = normalization;
        _elementwise = elementwise;
        _statistics = statistics;
        _channels = (int)node.Inputs[1]!.Shape!.ElementCount.Value;
        _epsilon = node.Attributes.Float("epsilon", 1e-5f);
        _momentum = node.Attributes.Float("momentum", 0.9f);
        double count = problem.ElementsPerChannel;
        _varianceFactor = node.Attributes.Int("unbiased", 0) != 0 ? count / (count - 1) : 1;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        bool trains = Fused.BaseOf(node) is BatchNormalizationTraining || node.Attributes.Int("training_mode", 0) != 0;
        var x = node.Inputs[0]!;
        if (node.Inputs.Any(i => i!.ElementType != ElementType.Float32) || node.Outputs.Any(o => o is null) || x.Shape!.ElementCount == 0) return null;
        var problem = ChannelVectors.ProblemOf(x);
        bool adds = Fused.ResidualOf(node) is not null;
        Shape[] operands = [problem.Shape, problem.ChannelShape, problem.ChannelShape, problem.ChannelShape, .. adds ? [problem.Shape] : Array.Empty<Shape>()];
        var program = BatchNormPrograms.Normalize(adds, activates: node.Attributes.Has(Fused.ActivationAttribute));
        var normalization = ElementwiseProblem.Broadcast(program, problem.Shape, operands);
        var statistics = trains ? ChannelKernels.List.Select(problem, set) : null;
        return new BatchNormStep(node, problem, ElementwiseKernels.List.Select(normalization, set), normalization, statistics)
        {
            Refusals = statistics is null ? [] : Passed.Over(ChannelKernels.List, statistics, problem, set),
        };
    }

    public override bool MayOverwrite(int read, int write) => read is 0 or 5 && write == 0;

    // Mean, variance, scale and shift of each channel, then the kernel's own scratch.
    public override nint WorkspaceBytes(int threads) =>
        ((4 * (nint)_problem.ChannelFloats) + (_statistics is null ? 0 : _problem.WorkspaceFloats)) * sizeof(float);

    public override void Run(byte* workspace, WorkerPool pool)
    {
        int padded = _problem.ChannelFloats;
        float* mean = (float*)workspace, variance = mean + padded, scale = variance + padded, shift = scale + padded;
        if (_statistics is null)
        {
            ChannelVectors.Fill(Read(3), _channels, mean, _problem);
            ChannelVectors.Fill(Read(4), _channels, variance, _problem);
        }
        else
        {
            _statistics.Statistics(_problem, Read(0), mean, variance, shift + padded, pool);
            Keep(mean, variance);
        }

        ChannelVectors.Fill(Read(1), _channels, scale, _problem);
        ChannelVectors.Fill(Read(2), _channels, shift, _problem);
        for (int c = 0; c < _channels; c++) scale[c] = (float)(scale[c] * InverseDeviation(variance[c]));
        int operands = _normalization.Program.Inputs.Length;
        nint* inputs = stackalloc nint[] { (nint)Read(0), (nint)mean, (nint)scale, (nint)shift, operands > 4 ? (nint)Read(5) : 0 };
        nint output = (nint)Write(0);
        _elementwise.Run(_normalization, new ReadOnlySpan<nint>(inputs, operands), new ReadOnlySpan<nint>(ref output), pool);
    }

    // The new running statistics, and what the way back needs.
    private void Keep(float* mean, float* variance)
    {
        for (int c = 0; c < _channels; c++)
        {
            if (Writes.Count > 1) Write(1)[c] = Moved(Read(3)[c], mean[c]);
            if (Writes.Count > 2) Write(2)[c] = Moved(Read(4)[c], variance[c] * _varianceFactor);
            if (Writes.Count > 3) Write(3)[c] = mean[c];
            if (Writes.Count > 4) Write(4)[c] = (float)InverseDeviation(variance[c]);
        }
    }

    private double InverseDeviation(float variance) => 1 / Math.Sqrt(variance + (double)_epsilon);

    private float Moved(float old, double batch) => (float)((old * _momentum) + (batch * (1 - _momentum)));
}

/// <summary>The gradient of batch normalisation in training: sums by the channel kernels, the rest elementwise.</summary>
internal sealed unsafe class BatchNormGradientStep : Step
{
    private readonly ChannelProblem _problem;
    private readonly ChannelKernel _sums;
    private readonly ElementwiseProblem _rest;
    private readonly ElementwiseKernel _elementwise;
    private readonly int _channels;

    private BatchNormGradientStep(Node node, in ChannelProblem problem, ChannelKernel sums, ElementwiseProblem rest, ElementwiseKernel elementwise)
        : base(node, $"{sums.Name}+{elementwise.Name}", [.. node.Inputs.OfType<Value>()], [.. node.Outputs.OfType<Value>()])
    {
        _problem = problem;
        _sums = sums;
        _rest = rest;
        _elementwise = elementwise;
        _channels = (int)node.Inputs[2]!.Shape!.ElementCount.Value;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        var x = node.Inputs[1]!;
        if (node.Inputs.Any(i => i!.ElementType != ElementType.Float32) || node.Outputs.Any(o => o is null) || x.Shape!.ElementCount == 0) return null;
        var problem = ChannelVectors.ProblemOf(x);
        var (whole, channel) = (problem.Shape, problem.ChannelShape);
        var rest = ElementwiseProblem.Broadcast(BatchNormPrograms.InputGradient(), whole, whole, whole, channel, channel, channel, channel);
        var sums = ChannelKernels.List.Select(problem, set);
        return new BatchNormGradientStep(node, problem, sums, rest, ElementwiseKernels.List.Select(rest, set))
        {
            Refusals = Passed.Over(ChannelKernels.List, sums, problem, set),
        };
    }

    public override bool MayOverwrite(int read, int write) => read < 2 && write == 0;

    // Mean, sum and product, then the terms scale, a and b of each channel, then the kernel's own scratch.
    public override nint WorkspaceBytes(int threads) => ((6 * (nint)_problem.ChannelFloats) + _problem.WorkspaceFloats) * sizeof(float);

    public override void Run(byte* workspace, WorkerPool pool)
    {
        int padded = _problem.ChannelFloats;
        float* mean = (float*)workspace, sum = mean + padded, product = sum + padded;
        float* scale = product + padded, a = scale + padded, b = a + padded;
        ChannelVectors.Fill(Read(3), _channels, mean, _problem);
        _sums.GradientSums(_problem, Read(1), mean, Read(0), sum, product, b + padded, pool);

        new Span<float>(scale, 3 * padded).Clear();
        double count = _problem.ElementsPerChannel;
        for (int c = 0; c < _channels; c++)
        {
            double inverse = Read(4)[c];
            Write(1)[c] = (float)(product[c] * inverse);
            Write(2)[c] = sum[c];
            scale[c] = (float)(Read(2)[c] * inverse);
            a[c] = (float)(sum[c] / count);
            b[c] = (float)(product[c] * inverse * inverse / count);
        }

        nint* inputs = stackalloc nint[] { (nint)Read(0), (nint)Read(1), (nint)mean, (nint)scale, (nint)a, (nint)b };
        nint output = (nint)Write(0);
        _elementwise.Run(_rest, new ReadOnlySpan<nint>(inputs, 6), new ReadOnlySpan<nint>(ref output), pool);
    }
}
