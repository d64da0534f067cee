using Framework.Kernels;
using Framework.Kernels.Elementwise;
using Framework.Kernels.Optimizer;
using Framework.Kernels.Simd;
using Framework.Tensors;

namespace Framework.Tests.Kernels.Optimizer;

/// <summary>Updates against their textbook form in double precision, over several steps in place.</summary>
public sealed class OptimizerUpdatesTests
{
    private const int Count = 5003;
    private const int Steps = 5;
    private const double Ulp = 1.1920929e-7;

    /// <summary>
    /// Each step of the chain rounds once, relative to terms of at most 2 here, and earlier steps' errors are passed on at most undiminished.
    /// </summary>
    private const double Tolerance = Steps * 8 * 2 * Ulp;

    public static TheoryData<float, float, bool, InstructionSet> SgdCases
    {
        get
        {
            var cases = new TheoryData<float, float, bool, InstructionSet>();
            foreach (var set in InstructionSet.Supported)
            {
                cases.Add(0f, 0f, false, set);
                cases.Add(0f, 0.01f, false, set);
                cases.Add(0.9f, 0f, false, set);
                cases.Add(0.9f, 0.01f, false, set);
                cases.Add(0.9f, 0.01f, true, set);
            }

            return cases;
        }
    }

    public static TheoryData<float, bool, InstructionSet> AdamCases
    {
        get
        {
            var cases = new TheoryData<float, bool, InstructionSet>();
            foreach (var set in InstructionSet.Supported)
            {
                cases.Add(0f, false, set);
                cases.Add(0.01f, false, set);
                cases.Add(0.01f, true, set);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(SgdCases))]
    public void Gradient_descent_follows_its_formula(float momentum, float weightDecay, bool nesterov, InstructionSet set)
    {
        const float rate = 0.1f;
        float[] start = KernelSets.Random(Count, 1);
        double[] p = [.. start.Select(v => (double)v)], velocity = new double[Count];
        var memory = new FencedArray<float>(start);
        var state = new FencedArray<float>(new float[Count]);
        var program = OptimizerUpdates.Sgd(momentum, weightDecay, nesterov);
        for (int step = 0; step < Steps; step++)
        {
            var gradient = new FencedArray<float>(KernelSets.Random(Count, step + 2));
            for (int i = 0; i < Count; i++)
            {
                double d = gradient[i] + (weightDecay * p[i]);
                velocity[i] = (momentum * velocity[i]) + d;
                p[i] -= rate * (nesterov ? d + (momentum * velocity[i]) : velocity[i]);
            }

            FencedArray<float>[] inOut = momentum == 0 ? [memory] : [memory, state];
            Run(program, set, [memory, gradient, new FencedArray<float>([rate]), .. inOut[1..]], inOut);
        }

        Compare(memory, p);
        if (momentum != 0) Compare(state, velocity);
    }

    [Theory]
    [MemberData(nameof(AdamCases))]
    public void Adam_follows_its_formula(float weightDecay, bool decoupled, InstructionSet set)
    {
        const float rate = 0.01f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f;
        float[] start = KernelSets.Random(Count, 1);
        double[] p = [.. start.Select(v => (double)v)], mean = new double[Count], square = new double[Count];
        FencedArray<float> memory = new(start), means = new(new float[Count]), squares = new(new float[Count]);
        var program = OptimizerUpdates.Adam(beta1, beta2, epsilon, weightDecay, decoupled);
        for (int step = 1; step <= Steps; step++)
        {
            var gradient = new FencedArray<float>(KernelSets.Random(Count, step + 2));
            double correction1 = 1 / (1 - Math.Pow(beta1, step)), correction2 = 1 / Math.Sqrt(1 - Math.Pow(beta2, step));
            for (int i = 0; i < Count; i++)
            {
                double g = gradient[i] + (decoupled ? 0 : weightDecay * p[i]);
                if (decoupled) p[i] -= rate * weightDecay * p[i];
                mean[i] = (beta1 * mean[i]) + ((1 - beta1) * g);
                square[i] = (beta2 * square[i]) + ((1 - beta2) * g * g);
                p[i] -= rate * mean[i] * correction1 / ((Math.Sqrt(square[i]) * correction2) + epsilon);
            }

            Run(
                program,
                set,
                [memory, gradient, new([rate]), means, squares, new([(float)correction1]), new([(float)correction2])],
                [memory, means, squares]);
        }

        Compare(memory, p);
        Compare(means, mean);
        Compare(squares, square);
    }

    [Fact]
    public void Nesterov_needs_momentum() =>
        FluentActions.Invoking(() => OptimizerUpdates.Sgd(0, 0, nesterov: true)).Should().Throw<ArgumentException>();

    private static void Run(ElementwiseProgram program, InstructionSet set, FencedArray<float>[] inputs, FencedArray<float>[] outputs)
    {
        var problem = ElementwiseProblem.Broadcast(program, [Count], [.. inputs.Select(i => new Shape(i.Length))]);
        for (int o = 0; o < outputs.Length; o++) problem.MayOverwrite(Array.IndexOf(inputs, outputs[o]), o).Should().BeTrue();
        ElementwiseKernels.List.Select(problem, set)
            .Run(problem, [.. inputs.Select(i => i.Address)], [.. outputs.Select(o => o.Address)], KernelSets.TwoThreads);
    }

    private static void Compare(FencedArray<float> actual, double[] expected) =>
        actual.ToArray().Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(Tolerance);
}
