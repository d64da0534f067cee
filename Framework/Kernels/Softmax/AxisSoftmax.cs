using Framework.Kernels.Axes;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Softmax;

/// <summary>The softmax kernel for one way through the axis and one instruction set.</summary>
internal sealed unsafe class AxisSoftmax<TAxis, TSimd>(string form) : SoftmaxKernel(form, TSimd.Set)
    where TAxis : unmanaged, IAxis<TAxis, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in AxisProblem problem) => TAxis.Refusal(problem);

    public override void Softmax(in AxisProblem problem, float* x, float* y, WorkerPool pool) =>
        AxisRun<TAxis, TSimd>.Run(problem, new Mapping(x, y, &SoftmaxLoops<TAxis, TSimd>.Softmax), pool);

    public override void LogSoftmax(in AxisProblem problem, float* x, float* y, WorkerPool pool) =>
        AxisRun<TAxis, TSimd>.Run(problem, new Mapping(x, y, &SoftmaxLoops<TAxis, TSimd>.LogSoftmax), pool);

    public override void SoftmaxGradient(in AxisProblem problem, float* y, float* dy, float* dx, WorkerPool pool) =>
        AxisRun<TAxis, TSimd>.Run(problem, new Gradient(y, dy, dx, &SoftmaxLoops<TAxis, TSimd>.SoftmaxGradient), pool);

    public override void LogSoftmaxGradient(in AxisProblem problem, float* y, float* dy, float* dx, WorkerPool pool) =>
        AxisRun<TAxis, TSimd>.Run(problem, new Gradient(y, dy, dx, &SoftmaxLoops<TAxis, TSimd>.LogSoftmaxGradient), pool);

    private protected override void RunCrossEntropy(in AxisProblem problem, in CrossEntropyArguments arguments, WorkerPool pool) =>
        AxisRun<TAxis, TSimd>.Run(problem, new Entropy(arguments), pool);

    private readonly struct Mapping(float* x, float* y, delegate*<in TAxis, float*, float*, void> loop) : IAxisWork<TAxis>
    {
        public void Do(in TAxis axis, nint first, nint position, int positions) => loop(axis, x + first, y + first);
    }

    private readonly struct Gradient(float* y, float* dy, float* dx, delegate*<in TAxis, float*, float*, float*, void> loop) : IAxisWork<TAxis>
    {
        public void Do(in TAxis axis, nint first, nint position, int positions) => loop(axis, y + first, dy + first, dx + first);
    }

    private readonly struct Entropy(CrossEntropyArguments arguments) : IAxisWork<TAxis>
    {
        public void Do(in TAxis axis, nint first, nint position, int positions)
        {
            TSimd scale = TSimd.Broadcast(arguments.GradientScale == null ? 1 : *arguments.GradientScale);
            float* logits = arguments.Logits + first;
            float* losses = arguments.Losses == null ? null : arguments.Losses + position;
            float* logProbabilities = arguments.LogProbabilities == null ? null : arguments.LogProbabilities + first;
            float* gradient = arguments.LogitsGradient == null ? null : arguments.LogitsGradient + first;
            if (arguments.Targets != null)
            {
                SoftmaxLoops<TAxis, TSimd>.CrossEntropyOfTargets(
                    axis, logits, arguments.Targets + first, losses, logProbabilities, gradient, scale);
                return;
            }

            float* classes = stackalloc float[TAxis.MostPositions];
            float* weights = stackalloc float[TAxis.MostPositions];
            for (int i = 0; i < positions; i++)
            {
                long c = arguments.Classes[position + i];
                bool ignored = c == arguments.IgnoredClass;
                classes[i] = ignored ? -1 : c;
                weights[i] = ignored ? 0 : arguments.ClassWeights == null ? 1 : arguments.ClassWeights[c];
            }

            SoftmaxLoops<TAxis, TSimd>.CrossEntropyOfClasses(
                axis, logits, axis.LoadPositions(classes), axis.LoadPositions(weights), losses, logProbabilities, gradient, scale);
        }
    }
}
