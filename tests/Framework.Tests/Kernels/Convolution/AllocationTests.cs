using Framework.Kernels;
using Framework.Kernels.Convolution;
using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels.Convolution;

/// <summary>A kernel that runs takes no memory; what it needs is in its workspace.</summary>
public sealed unsafe class AllocationTests
{
    /// <summary>Runs after which a method is no longer exchanged for a better one.</summary>
    private const int WarmUp = 3;

    [Fact]
    public void Packing_and_running_convolutions_allocates_nothing()
    {
        using var pool = new WorkerPool(1);
        ConvolutionProblem[] problems =
        [
            new(1, 3, 20, Extents.Of(9, 9), Extents.Of(3, 3)) { PadBegin = Padding.Of(1, 1), Stride = Extents.Of(2, 2) },
            new(1, 17, 20, Extents.Of(9, 9), Extents.Of(3, 3)) { PadBegin = Padding.Of(1, 1) },
            new(1, 20, 20, Extents.Of(9, 9), Extents.Of(3, 3)) { Groups = 20 },
            new(1, 6, 9, Extents.Of(9, 9), Extents.Of(3, 3)) { Groups = 3 },
        ];
        foreach (var problem in problems)
        {
            var set = InstructionSet.Best;
            var forward = ConvolutionForward.List.Select(problem, set);
            var inputGradient = ConvolutionInputGradient.List.Select(problem, set);
            var weightGradient = ConvolutionWeightGradient.List.Select(problem, set);
            var widest = new BlockedLayout(set.Width);
            using var x = new GuardedFloats(widest.Floats(1, problem.InputChannels, problem.Input.Volume));
            using var y = new GuardedFloats(widest.Floats(1, problem.OutputChannels, problem.Output.Volume));
            using var weights = new GuardedFloats(problem.WeightCount);
            using var packed = new GuardedFloats(Math.Max(forward.PackedWeightFloats(problem), inputGradient.PackedWeightFloats(problem)));
            using var workspace = new GuardedFloats(Math.Max(
                forward.WorkspaceFloats(problem, 1), Math.Max(inputGradient.WorkspaceFloats(problem, 1), weightGradient.WorkspaceFloats(problem, 1))));
            var arguments = new ForwardArguments { Input = x.Pointer, Weights = packed.Pointer, Output = y.Pointer, Workspace = workspace.Pointer };
            var ofInput = new InputGradientArguments
            {
                OutputGradient = y.Pointer,
                Weights = packed.Pointer,
                InputGradient = x.Pointer,
                Workspace = workspace.Pointer,
            };
            var ofWeights = new WeightGradientArguments
            {
                Input = x.Pointer,
                OutputGradient = y.Pointer,
                WeightGradient = weights.Pointer,
                Workspace = workspace.Pointer,
            };

            long before = 0;
            for (int run = 0; run <= WarmUp; run++)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
                forward.PackWeights(problem, weights.Pointer, packed.Pointer, pool);
                forward.Run(problem, arguments, pool);
                inputGradient.PackWeights(problem, weights.Pointer, packed.Pointer, pool);
                inputGradient.Run(problem, ofInput, pool);
                weightGradient.Run(problem, ofWeights, pool);
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0, "of {0}", forward.Name);
        }
    }

    [Fact]
    public void Packing_and_multiplying_matrices_allocates_nothing()
    {
        using var pool = new WorkerPool(1);
        foreach (var problem in new GemmProblem[] { new(30, 40, 50, transposeB: true), new(1, 40, 50, transposeB: true) })
        {
            var kernel = GemmKernels.List.Select(problem, InstructionSet.Best);
            using var a = new GuardedFloats(problem.Rows * problem.Depth);
            using var b = new GuardedFloats(problem.Depth * problem.Columns);
            using var c = new GuardedFloats(problem.Rows * problem.Columns);
            using var workspace = new GuardedFloats(kernel.WorkspaceFloats(problem, 1));
            var arguments = new GemmArguments { A = a.Pointer, B = b.Pointer, C = c.Pointer, Workspace = workspace.Pointer };
            long before = 0;
            for (int run = 0; run <= WarmUp; run++)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
                kernel.Run(problem, arguments, pool);
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0, "of {0}", kernel.Name);
        }
    }
}
