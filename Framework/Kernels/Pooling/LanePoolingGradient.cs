using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Pooling;

/// <summary>Adds each output place's gradient to the places of its window, a plane at a time, the lanes of a place side by side.</summary>
internal sealed unsafe class LanePoolingGradient<TSimd>() : PoolingGradientKernel("LanePoolingGradient", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Elements of input gradient that a thread writes before it takes the next item, about.</summary>
    private const int ItemElements = 4096;

    /// <summary>What an element of a window gets of its output's gradient.</summary>
    private interface IShare
    {
        /// <summary>Whether all of it goes to the maximum.</summary>
        static abstract bool IsOfMaximum { get; }

        /// <summary>Takes up an output: its gradient, the place of its maximum, its window.</summary>
        static abstract (TSimd Gradient, TSimd Maximum) Take(float* outputGradient, Argmax argmax, in Window window);

        static abstract TSimd Of(TSimd gradient, TSimd maximum, TSimd number);
    }

    public override string? Refusal(in PoolingProblem problem) => LaneRow<TSimd>.Refusal(problem);

    public override void Run(in PoolingProblem problem, float* outputGradient, byte* argmax, float* inputGradient, WorkerPool pool)
    {
        if (problem.Kind == PoolingKind.Max) Run<ToMaximum>(problem, outputGradient, argmax, inputGradient, pool);
        else Run<ToAll>(problem, outputGradient, null, inputGradient, pool);
    }

    private static void Run<TShare>(in PoolingProblem problem, float* outputGradient, byte* argmax, float* inputGradient, WorkerPool pool)
        where TShare : struct, IShare
    {
        int planesPerItem = (int)Math.Max(1, ItemElements / problem.InputPlaneLength);
        var job = new Job<TShare>
        {
            Problem = problem,
            OutputGradient = outputGradient,
            Argmax = new Argmax(argmax, problem.ArgmaxElementBytes > 1),
            InputGradient = inputGradient,
            PlanesPerItem = planesPerItem,
        };
        pool.Run((problem.Planes + planesPerItem - 1) / planesPerItem, job);
    }

    private readonly struct ToMaximum : IShare
    {
        public static bool IsOfMaximum => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (TSimd Gradient, TSimd Maximum) Take(float* outputGradient, Argmax argmax, in Window window) =>
            (TSimd.Load(outputGradient), argmax.Load<TSimd>());

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TSimd Of(TSimd gradient, TSimd maximum, TSimd number) => TSimd.Select(TSimd.Equal(maximum, number), gradient, TSimd.Zero);
    }

    private readonly struct ToAll : IShare
    {
        public static bool IsOfMaximum => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (TSimd Gradient, TSimd Maximum) Take(float* outputGradient, Argmax argmax, in Window window) =>
            (TSimd.Load(outputGradient) / TSimd.Broadcast(window.Divisor), default);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TSimd Of(TSimd gradient, TSimd maximum, TSimd number) => gradient;
    }

    private struct Job<TShare> : IJob
        where TShare : struct, IShare
    {
        public PoolingProblem Problem;
        public float* OutputGradient;
        public Argmax Argmax;
        public float* InputGradient;
        public int PlanesPerItem;

        public readonly void Execute(int index, int worker)
        {
            int last = Math.Min(Problem.Planes, (index + 1) * PlanesPerItem);
            for (int plane = index * PlanesPerItem; plane < last; plane++) Spread(plane);
        }

        private readonly void Spread(int plane)
        {
            float* target = InputGradient + (plane * Problem.InputPlaneLength);
            bool tiled = Problem.IsTiled, sliding = TShare.IsOfMaximum && SlidingMaxima<TSimd>.Takes(Problem);
            if (!tiled) NativeMemory.Clear(target, (nuint)Problem.InputPlaneLength * sizeof(float));
            nint at = plane * Problem.OutputPlaneLength;
            for (int depth = 0; depth < Problem.Depth.Output; depth++)
            {
                for (int row = 0; row < Problem.Height.Output; row++)
                {
                    var window = new Window(Problem, depth, row);
                    if (sliding) SlidingMaximaGradient<TSimd>.Run(window, Problem, target, OutputGradient + at, Argmax.At(at));
                    else SpreadRow(ref window, target, OutputGradient + at, Argmax.At(at), Problem.Width.Output, Problem.Lanes, tiled);
                    at += (nint)Problem.Width.Output * Problem.Lanes;
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void SpreadRow(ref Window window, float* plane, float* outputGradient, Argmax argmax, int columns, int lanes, bool tiled)
        {
            nint at = 0;
            TSimd one = TSimd.Broadcast(1);
            for (int column = 0; column < columns; column++)
            {
                window.MoveTo(column);
                for (int lane = 0; lane < lanes; lane += TSimd.Width, at += TSimd.Width)
                {
                    var (gradient, maximum) = TShare.Take(outputGradient + at, argmax.At(at), window);
                    float* first = plane + window.First + lane;
                    for (int d = window.DepthFrom; d < window.DepthTo; d++, first += window.DepthStep)
                    {
                        float* row = first;
                        for (int r = window.RowFrom; r < window.RowTo; r++, row += window.RowStep)
                        {
                            float* place = row;
                            TSimd number = TSimd.Broadcast(window.Number(d, r) + window.ColumnFrom);
                            for (int c = window.ColumnFrom; c < window.ColumnTo; c++, place += window.ColumnStep)
                            {
                                TSimd share = TShare.Of(gradient, maximum, number);
                                TSimd.Store(place, tiled ? share : TSimd.Load(place) + share);
                                number += one;
                            }
                        }
                    }
                }
            }
        }
    }
}
