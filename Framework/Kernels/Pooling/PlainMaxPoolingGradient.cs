using System.Runtime.InteropServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Pooling;

/// <summary>Adds each output's gradient to the one place that it came from; for planes of a single lane.</summary>
internal sealed unsafe class PlainMaxPoolingGradient() : PoolingGradientKernel("PlainMaxPoolingGradient", InstructionSet.Scalar)
{
    /// <summary>Outputs that a thread takes at a time, about.</summary>
    private const int ItemElements = 4096;

    public override string? Refusal(in PoolingProblem problem)
    {
        if (problem.Lanes != 1) return $"{problem.Lanes} lanes lie side by side.";
        if (problem.Kind != PoolingKind.Max) return "Averages go to every place of a window.";
        return problem.ArgmaxElementBytes == 1 ? null : $"Windows of {problem.WindowLength} elements have places that do not fit a byte.";
    }

    public override void Run(in PoolingProblem problem, float* outputGradient, byte* argmax, float* inputGradient, WorkerPool pool)
    {
        int planesPerItem = (int)Math.Max(1, ItemElements / problem.OutputPlaneLength);
        var job = new Job
        {
            Problem = problem,
            OutputGradient = outputGradient,
            Argmax = argmax,
            InputGradient = inputGradient,
            PlanesPerItem = planesPerItem,
        };
        pool.Run((problem.Planes + planesPerItem - 1) / planesPerItem, job);
    }

    private struct Job : IJob
    {
        public PoolingProblem Problem;
        public float* OutputGradient;
        public byte* Argmax;
        public float* InputGradient;
        public int PlanesPerItem;

        public readonly void Execute(int index, int worker)
        {
            nint* offsets = stackalloc nint[Problem.WindowLength];
            FillOffsets(offsets);
            int last = Math.Min(Problem.Planes, (index + 1) * PlanesPerItem);
            for (int plane = index * PlanesPerItem; plane < last; plane++) Spread(plane, offsets);
        }

        /// <summary>How far each place of a window is from its first, which may itself lie in the padding.</summary>
        private readonly void FillOffsets(nint* offsets)
        {
            PoolingAxis depth = Problem.Depth, height = Problem.Height, width = Problem.Width;
            for (int d = 0; d < depth.Kernel; d++)
            {
                for (int r = 0; r < height.Kernel; r++)
                {
                    for (int c = 0; c < width.Kernel; c++)
                    {
                        nint row = ((nint)d * depth.Dilation * height.Input) + ((nint)r * height.Dilation);
                        *offsets++ = (row * width.Input) + ((nint)c * width.Dilation);
                    }
                }
            }
        }

        private readonly void Spread(int plane, nint* offsets)
        {
            PoolingAxis depth = Problem.Depth, height = Problem.Height, width = Problem.Width;
            var (interiorFrom, interiorTo) = width.Interior;
            float* target = InputGradient + (plane * Problem.InputPlaneLength);
            NativeMemory.Clear(target, (nuint)Problem.InputPlaneLength * sizeof(float));
            nint at = plane * Problem.OutputPlaneLength;
            for (int d = 0; d < depth.Output; d++)
            {
                for (int r = 0; r < height.Output; r++, at += width.Output)
                {
                    if (depth.IsOutside(d) || height.IsOutside(r)) continue;
                    nint row = ((nint)depth.First(d) * height.Input) + height.First(r);
                    float* first = target + (row * width.Input) - width.PadBegin;
                    for (int c = 0; c < width.Output; c++, first += width.Stride)
                    {
                        bool interior = c >= interiorFrom && c < interiorTo;
                        if (interior || !width.IsOutside(c)) first[offsets[Argmax[at + c]]] += OutputGradient[at + c];
                    }
                }
            }
        }
    }
}
