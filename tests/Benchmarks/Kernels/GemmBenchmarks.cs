using Framework.Kernels.Gemm;

namespace Benchmarks.Kernels;

/// <summary>Matrix products of the fully connected layers of AlexNet and VGG, for one image and eight: output, input gradient, weight gradient; and a square one.</summary>
public class GemmBenchmarks : KernelBenchmarks
{
    private static IEnumerable<(string Shape, GemmProblem Problem)> Shapes
    {
        get
        {
            foreach (var (inputs, outputs) in ((int, int)[])[(9216, 4096), (4096, 1000)])
            {
                foreach (int batch in (int[])[1, 8])
                {
                    yield return ($"{inputs} to {outputs}, batch {batch}", new GemmProblem(batch, outputs, inputs, transposeB: true));
                    yield return ($"input gradient of {inputs} to {outputs}, batch {batch}", new GemmProblem(batch, inputs, outputs));
                    yield return ($"weight gradient of {inputs} to {outputs}, batch {batch}", new GemmProblem(outputs, inputs, batch, transposeA: true));
                }
            }

            yield return ("768 squared", new GemmProblem(768, 768, 768));
        }
    }

    protected override IEnumerable<Trial> All => Trial.Walk(GemmKernels.List, Shapes, (kernel, problem, pool) => new PreparedProduct(kernel, problem, pool));
}
