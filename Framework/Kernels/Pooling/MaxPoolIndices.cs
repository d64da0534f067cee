using Framework.Threading;

namespace Framework.Kernels.Pooling;

/// <summary>The second output of ONNX MaxPool, from the places of the maxima.</summary>
public static unsafe class MaxPoolIndices
{
    /// <summary>Writes each maximum's position in the whole input tensor, seen as flat.</summary>
    /// <param name="problem">What was pooled, of 1 lane.</param>
    /// <param name="argmax">The places of the maxima as the forward pass wrote them.</param>
    /// <param name="indices">Planes times <see cref="PoolingProblem.OutputPlaneLength"/> integers.</param>
    /// <param name="columnMajor">Whether positions within a plane are counted with the first spatial axis fastest (storage_order 1).</param>
    /// <param name="pool">The threads to use.</param>
    /// <exception cref="ArgumentException">The problem has several lanes, whose order among the channels is unknown here.</exception>
    public static void Write(in PoolingProblem problem, byte* argmax, long* indices, bool columnMajor, WorkerPool pool)
    {
        if (problem.Lanes != 1) throw new ArgumentException("Positions are known in the plain layout only.", nameof(problem));
        pool.Run(problem.Planes, new Job { Problem = problem, Argmax = argmax, Indices = indices, ColumnMajor = columnMajor });
    }

    private struct Job : IJob
    {
        public PoolingProblem Problem;
        public byte* Argmax;
        public long* Indices;
        public bool ColumnMajor;

        public readonly void Execute(int index, int worker)
        {
            PoolingAxis depth = Problem.Depth, height = Problem.Height, width = Problem.Width;
            nint at = index * Problem.OutputPlaneLength;
            for (int d = 0; d < depth.Output; d++)
            {
                for (int r = 0; r < height.Output; r++)
                {
                    for (int c = 0; c < width.Output; c++, at++)
                    {
                        int number = Problem.ArgmaxElementBytes > 1 ? (int)((float*)Argmax)[at] : Argmax[at];
                        (int rest, int column) = Math.DivRem(number, width.Kernel);
                        (int plane, int row) = Math.DivRem(rest, height.Kernel);
                        long x = width.First(c) + ((long)column * width.Dilation);
                        long y = height.First(r) + ((long)row * height.Dilation);
                        long z = depth.First(d) + ((long)plane * depth.Dilation);
                        long within = ColumnMajor
                            ? (((x * height.Input) + y) * depth.Input) + z
                            : (((z * height.Input) + y) * width.Input) + x;
                        Indices[at] = (index * (long)Problem.InputPlaneLength) + within;
                    }
                }
            }
        }
    }
}
