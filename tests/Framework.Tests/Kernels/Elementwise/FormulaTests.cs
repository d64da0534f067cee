using Framework.Kernels;
using Framework.Kernels.Elementwise;
using Framework.Kernels.Simd;
using Framework.Tensors;

namespace Framework.Tests.Kernels.Elementwise;

/// <summary>Every operation against double precision, at every width, tail and special value.</summary>
public sealed class FormulaTests
{
    private const float Alpha = 0.75f;
    private const float Beta = 1.25f;

    /// <summary>The unit in the last place of a number near 1, relative to it.</summary>
    private const double Ulp = 1.1920929e-7;

    /// <summary>A result below the normal range is off by steps of the smallest float.</summary>
    private const double DenormalStep = 1.4e-45;

    private static readonly float[] s_special =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, 2.5f, -2.5f, 3f, -3f, 1e-30f, -1e-30f, 1e30f, -1e30f,
        float.NaN, float.PositiveInfinity, float.NegativeInfinity,
    ];

    public static TheoryData<ElementwiseOperation, InstructionSet> Cases
    {
        get
        {
            var cases = new TheoryData<ElementwiseOperation, InstructionSet>();
            foreach (var operation in Enum.GetValues<ElementwiseOperation>())
            {
                foreach (var set in InstructionSet.Supported) cases.Add(operation, set);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operation_agrees_with_double_precision(ElementwiseOperation operation, InstructionSet set)
    {
        float[] a = KernelSets.Random(5000, 1, 4), b = KernelSets.Random(5000, 2, 4), c = KernelSets.Random(5000, 3, 4);
        for (int i = 0; i < 500; i++) a[i] = b[i];
        Check(operation, set, a, b, c);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operation_keeps_special_values(ElementwiseOperation operation, InstructionSet set)
    {
        bool limited = FormulaReference.Of(operation).SecondIsAtMostOne;
        var pairs = (from x in s_special from y in s_special where !limited || !(Math.Abs(y) > 1) select (x, y)).ToArray();
        Check(operation, set, [.. pairs.Select(p => p.x)], [.. pairs.Select(p => p.y)], [.. pairs.Select(p => p.x + p.y)]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_tail_gives_what_whole_vectors_give(ElementwiseOperation operation, InstructionSet set)
    {
        float[] a = KernelSets.Random(64, 4, 2), b = KernelSets.Random(64, 5, 2), c = KernelSets.Random(64, 6, 2);
        float[] whole = Run(operation, set, a, b, c);
        for (int count = 0; count <= KernelSets.LongestTail; count++)
        {
            float[] part = Run(operation, set, a[..count], b[..count], c[..count]);
            KernelSets.Bits(part).Should().Equal(KernelSets.Bits(whole.AsSpan(0, count)), "of {0} elements", count);
        }
    }

    private static void Check(ElementwiseOperation operation, InstructionSet set, float[] a, float[] b, float[] c)
    {
        var reference = FormulaReference.Of(operation);
        float[] actual = Run(operation, set, a, b, c);
        for (int i = 0; i < actual.Length; i++)
        {
            double expected = reference.Evaluate(a[i], b[i], c[i], (Alpha, Beta));
            double scale = Math.Abs(reference.Scale?.Invoke(a[i], b[i], c[i], (Alpha, Beta)) ?? expected);
            IsWithin(actual[i], expected, (reference.Ulps * Ulp * scale) + (reference.Ulps * DenormalStep))
                .Should().BeTrue("{0}({1:G9}, {2:G9}, {3:G9}) is {4:G9}, not {5:G9}", operation, a[i], b[i], c[i], expected, actual[i]);
        }
    }

    private static bool IsWithin(float actual, double expected, double bound)
    {
        float rounded = (float)expected;
        if (float.IsNaN(rounded)) return float.IsNaN(actual);
        if (actual == rounded) return true;
        return float.IsFinite(actual) && Math.Abs(actual - expected) <= bound;
    }

    private static float[] Run(ElementwiseOperation operation, InstructionSet set, params float[][] operands)
    {
        var program = ElementwiseBuilder.Single(operation, Alpha, Beta);
        var inputs = operands.Take(program.Inputs.Length).Select(o => new FencedArray<float>(o)).ToArray();
        var result = new FencedArray<float>(operands[0].Length);
        var problem = ElementwiseProblem.Broadcast(program, [result.Length], [.. inputs.Select(i => new Shape(i.Length))]);
        ElementwiseKernels.List.Select(problem, set).Run(
            problem, [.. inputs.Select(i => i.Address)], [result.Address], KernelSets.OneThread);
        return result.ToArray();
    }
}
