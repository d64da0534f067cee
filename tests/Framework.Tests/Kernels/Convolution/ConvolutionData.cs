using System.Collections.Concurrent;
using Framework.Kernels.Convolution;
using Framework.Threading;

namespace Framework.Tests.Kernels.Convolution;

/// <summary>A problem with its tensors in plain layout, and how a kernel is run on them between guard pages.</summary>
internal sealed unsafe class ConvolutionData
{
    private static readonly ConcurrentDictionary<ConvolutionProblem, ConvolutionData> s_whole = new();

    private readonly ConvolutionProblem _problem;
    private readonly float[] _input;
    private readonly float[] _weights;
    private readonly float[] _bias;
    private readonly float[] _residual;
    private readonly float[] _outputGradient;
    private readonly Lazy<NaiveConvolution.Sums> _output;
    private readonly Lazy<NaiveConvolution.Sums> _inputGradient;
    private readonly Lazy<NaiveConvolution.Sums> _weightGradient;

    private ConvolutionData(ConvolutionProblem problem, Func<float> draw)
    {
        _problem = problem;
        _input = Draw(problem.Batch * problem.InputChannels * problem.Input.Volume, draw);
        _weights = Draw((int)problem.WeightCount, draw);
        _bias = Draw(problem.OutputChannels, draw);
        _residual = Draw(problem.Batch * problem.OutputChannels * problem.Output.Volume, draw);
        _outputGradient = Draw(_residual.Length, draw);
        _output = new(() => NaiveConvolution.Forward(problem, _input, _weights, _bias, _residual));
        _inputGradient = new(() => NaiveConvolution.InputGradient(problem, _outputGradient, _weights));
        _weightGradient = new(() => NaiveConvolution.WeightGradient(problem, _input, _outputGradient));
    }

    public float[] Input => _input;

    public float[] Weights => _weights;

    public float[] OutputGradient => _outputGradient;

    public NaiveConvolution.Sums ExpectedOutput => _output.Value;

    public NaiveConvolution.Sums ExpectedInputGradient => _inputGradient.Value;

    public NaiveConvolution.Sums ExpectedWeightGradient => _weightGradient.Value;

    /// <summary>Numbers from -3 to 3: sums of their products stay far below 2^24 and are exact in any order. Shared by all kernels.</summary>
    public static ConvolutionData Whole(ConvolutionProblem problem) => s_whole.GetOrAdd(problem, static p =>
    {
        var random = new Random(11);
        return new ConvolutionData(p, () => random.Next(-3, 4));
    });

    public static ConvolutionData Real(ConvolutionProblem problem)
    {
        var random = new Random(5);
        return new ConvolutionData(problem, () => (random.NextSingle() * 2) - 1);
    }

    public float[] Forward(ForwardKernel kernel, WorkerPool pool, GuardedEnd end)
    {
        var layout = kernel.OutputLayout(_problem);
        using var input = GuardedFloats.From(Layouts.ToBlocked(_input, kernel.InputLayout(_problem), _problem.Batch, _problem.InputChannels), end);
        using var weights = Pack(kernel, pool, end);
        using var bias = GuardedFloats.From(_bias, end);
        using var residual = GuardedFloats.From(Layouts.ToBlocked(_residual, layout, _problem.Batch, _problem.OutputChannels), end);
        using var output = Unset(residual.Count, end);
        using var workspace = Unset(kernel.WorkspaceFloats(_problem, pool.Threads), end);
        var arguments = new ForwardArguments
        {
            Input = input.Pointer,
            Weights = weights.Pointer,
            Bias = _problem.HasBias ? bias.Pointer : null,
            Residual = _problem.HasResidual ? residual.Pointer : null,
            Output = output.Pointer,
            Workspace = workspace.Pointer,
        };
        kernel.Run(_problem, arguments, pool);
        return Layouts.ToPlain(output.Span, layout, _problem.Batch, _problem.OutputChannels);
    }

    public float[] InputGradient(InputGradientKernel kernel, WorkerPool pool, GuardedEnd end)
    {
        var layout = kernel.InputLayout(_problem);
        using var outputGradient = Gradient(kernel, end);
        using var weights = Pack(kernel, pool, end);
        using var inputGradient = Unset(layout.Floats(_problem.Batch, _problem.InputChannels, _problem.Input.Volume), end);
        using var workspace = Unset(kernel.WorkspaceFloats(_problem, pool.Threads), end);
        var arguments = new InputGradientArguments
        {
            OutputGradient = outputGradient.Pointer,
            Weights = weights.Pointer,
            InputGradient = inputGradient.Pointer,
            Workspace = workspace.Pointer,
        };
        kernel.Run(_problem, arguments, pool);
        return Layouts.ToPlain(inputGradient.Span, layout, _problem.Batch, _problem.InputChannels);
    }

    public float[] WeightGradient(WeightGradientKernel kernel, WorkerPool pool, GuardedEnd end)
    {
        using var input = GuardedFloats.From(Layouts.ToBlocked(_input, kernel.InputLayout(_problem), _problem.Batch, _problem.InputChannels), end);
        using var outputGradient = Gradient(kernel, end);
        using var weightGradient = Unset(_weights.Length, end);
        using var workspace = Unset(kernel.WorkspaceFloats(_problem, pool.Threads), end);
        var arguments = new WeightGradientArguments
        {
            Input = input.Pointer,
            OutputGradient = outputGradient.Pointer,
            WeightGradient = weightGradient.Pointer,
            Workspace = workspace.Pointer,
        };
        kernel.Run(_problem, arguments, pool);
        return weightGradient.Span.ToArray();
    }

    private GuardedFloats Gradient(ConvolutionKernel kernel, GuardedEnd end) =>
        GuardedFloats.From(Layouts.ToBlocked(_outputGradient, kernel.OutputLayout(_problem), _problem.Batch, _problem.OutputChannels), end);

    private GuardedFloats Pack(WeightReadingKernel kernel, WorkerPool pool, GuardedEnd end)
    {
        var plain = GuardedFloats.From(_weights, end);
        if (kernel.PackedWeightFloats(_problem) == 0) return plain;
        var packed = Unset(kernel.PackedWeightFloats(_problem), end);
        kernel.PackWeights(_problem, plain.Pointer, packed.Pointer, pool);
        plain.Dispose();
        return packed;
    }

    /// <summary>Memory that shows whatever a kernel fails to write.</summary>
    private static GuardedFloats Unset(nint count, GuardedEnd end)
    {
        var floats = new GuardedFloats(count, end);
        floats.Span.Fill(float.NaN);
        return floats;
    }

    private static float[] Draw(int count, Func<float> draw)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = draw();
        return values;
    }
}
