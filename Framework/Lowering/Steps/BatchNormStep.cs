using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Normalization;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>
/// Batch normalisation, plain or blocked, and what follows it: by the statistics that are given, or in training by the batch's own. What belongs to
/// a channel is computed in double precision.
/// </summary>
/// <remarks>
/// In training, blocks of channels go through both passes, statistics and normalisation, a few at a time, so that the second finds in the caches what the
/// first has read.
/// </remarks>
internal sealed unsafe class BatchNormStep : Step
{
    private readonly ChannelProblem _problem;
    private readonly ChannelKernel _kernel;
    private readonly bool _trains;
    private readonly int _channels;
    private readonly float _epsilon;
    private readonly double _momentum;
    private readonly double _varianceFactor;
    private readonly bool _adds;
    private readonly float _floor;

    private BatchNormStep(Node node, in ChannelProblem problem, ChannelKernel kernel, bool trains)
        : base(node, kernel.Name, [.. node.Inputs.OfType<Value>()], [.. node.Outputs.OfType<Value>()])
    {
        _problem = problem;
        _kernel = kernel;
        _trains = trains;
        _channels = (int)node.Inputs[1]!.Shape!.ElementCount.Value;
        _epsilon = node.Attributes.Float("epsilon", 1e-5f);
        _momentum = node.Attributes.Float("momentum", 0.9f);
        double count = problem.ElementsPerChannel;
        _varianceFactor = node.Attributes.Int("unbiased", 0) != 0 ? count / (count - 1) : 1;
        _adds = Fused.ResidualOf(node) is not null;
        _floor = node.Attributes.Has(Fused.ActivationAttribute) ? 0 : float.NegativeInfinity;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        bool trains = Fused.BaseOf(node) is BatchNormalizationTraining || node.Attributes.Int("training_mode", 0) != 0;
        var x = node.Inputs[0]!;
        if (node.Inputs.Any(i => i!.ElementType != ElementType.Float32) || node.Outputs.Any(o => o is null) || x.Shape!.ElementCount == 0) return null;
        var problem = ChannelVectors.ProblemOf(x);
        var kernel = ChannelKernels.List.Select(problem, set);
        return new BatchNormStep(node, problem, kernel, trains) { Refusals = Passed.Over(ChannelKernels.List, kernel, problem, set) };
    }

    public override bool MayOverwrite(int read, int write) => read is 0 or 5 && write == 0;

    // Mean, variance, scale and shift of each channel, then the kernel's own scratch.
    public override nint WorkspaceBytes(int threads) => ((4 * (nint)_problem.ChannelFloats) + (_trains ? _problem.WorkspaceFloats : 0)) * sizeof(float);

    public override void Run(byte* workspace, WorkerPool pool)
    {
        int padded = _problem.ChannelFloats;
        float* mean = (float*)workspace, variance = mean + padded, scale = variance + padded, shift = scale + padded;
        ChannelVectors.Fill(Read(1), _channels, scale, _problem);
        ChannelVectors.Fill(Read(2), _channels, shift, _problem);
        if (!_trains)
        {
            ChannelVectors.Fill(Read(3), _channels, mean, _problem);
            ChannelVectors.Fill(Read(4), _channels, variance, _problem);
        }

        int blocks = _trains ? _problem.CachedBlocks(1) : _problem.Blocks;
        for (int first = 0; first < _problem.Blocks; first += blocks)
        {
            var part = _problem.Part(first, blocks);
            nint element = first * _problem.BlockElements;
            int channel = first * _problem.Lanes;
            if (_trains) _kernel.Statistics(part, Read(0) + element, mean + channel, variance + channel, shift + padded, pool);
            int end = Math.Min(_channels, channel + part.ChannelFloats);
            for (int c = channel; c < end; c++) scale[c] = (float)(scale[c] * InverseDeviation(variance[c]));
            var arguments = new NormalizeArguments
            {
                X = Read(0) + element,
                Mean = mean + channel,
                Scale = scale + channel,
                Shift = shift + channel,
                Residual = _adds ? Read(5) + element : null,
                Floor = _floor,
                Y = Write(0) + element,
            };
            _kernel.Normalize(part, arguments, pool);
        }

        if (_trains) Keep(mean, variance);
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

/// <summary>The gradient of batch normalisation in training; blocks of channels go through both passes a few at a time, as on the way forward.</summary>
internal sealed unsafe class BatchNormGradientStep : Step
{
    private readonly ChannelProblem _problem;
    private readonly ChannelKernel _kernel;
    private readonly int _channels;

    private BatchNormGradientStep(Node node, in ChannelProblem problem, ChannelKernel kernel)
        : base(node, kernel.Name, [.. node.Inputs.OfType<Value>()], [.. node.Outputs.OfType<Value>()])
    {
        _problem = problem;
        _kernel = kernel;
        _channels = (int)node.Inputs[2]!.Shape!.ElementCount.Value;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        var x = node.Inputs[1]!;
        if (node.Inputs.Any(i => i!.ElementType != ElementType.Float32) || node.Outputs.Any(o => o is null) || x.Shape!.ElementCount == 0) return null;
        var problem = ChannelVectors.ProblemOf(x);
        var kernel = ChannelKernels.List.Select(problem, set);
        return new BatchNormGradientStep(node, problem, kernel) { Refusals = Passed.Over(ChannelKernels.List, kernel, problem, set) };
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
        new Span<float>(scale, 3 * padded).Clear();
        int blocks = _problem.CachedBlocks(2);
        for (int first = 0; first < _problem.Blocks; first += blocks)
        {
            var part = _problem.Part(first, blocks);
            nint element = first * _problem.BlockElements;
            int channel = first * _problem.Lanes;
            var (x, dy) = ((nint)(Read(1) + element), (nint)(Read(0) + element));
            _kernel.GradientSums(part, (float*)x, mean + channel, (float*)dy, sum + channel, product + channel, b + padded, pool);
            FindTerms(channel, Math.Min(_channels, channel + part.ChannelFloats), sum, product, scale, a, b);
            var arguments = new ChannelGradientArguments
            {
                Dy = (float*)dy,
                X = (float*)x,
                Mean = mean + channel,
                Scale = scale + channel,
                A = a + channel,
                B = b + channel,
                Dx = Write(0) + element,
            };
            _kernel.InputGradient(part, arguments, pool);
        }
    }

    // The gradients of scale and shift, and what the elements' gradients need.
    private void FindTerms(int from, int to, float* sum, float* product, float* scale, float* a, float* b)
    {
        double count = _problem.ElementsPerChannel;
        for (int c = from; c < to; c++)
        {
            double inverse = Read(4)[c];
            Write(1)[c] = (float)(product[c] * inverse);
            Write(2)[c] = sum[c];
            scale[c] = (float)(Read(2)[c] * inverse);
            a[c] = (float)(sum[c] / count);
            b[c] = (float)(product[c] * inverse * inverse / count);
        }
    }
}
