using Framework.Kernels;
using Framework.Kernels.Elementwise;
using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Threading;
using Operation = Framework.Kernels.Elementwise.ElementwiseOperation;

namespace Framework.Tests.Kernels.Elementwise;

/// <summary>Chains, broadcasting, aliasing and threads. Data are whole numbers, so that results must be exact.</summary>
public sealed class ElementwiseProgramTests
{
    public static TheoryData<InstructionSet> Sets => KernelSets.Supported;

    public static TheoryData<int[], int[], InstructionSet> BroadcastPairs
    {
        get
        {
            (int[] Left, int[] Right)[] shapes =
            [
                ([7], [1]), ([1], [7]), ([], [5]), ([3, 17], [17]), ([3, 17], [3, 1]), ([3, 1], [1, 17]), ([2, 3, 5], [3, 1]),
                ([2, 1, 5, 1], [4, 1, 3]), ([2, 3, 37, 16], [2, 3, 1, 16]), ([4, 1, 3, 16], [1, 7, 1, 1]), ([100, 1], [1, 100]),
                ([0, 3], [3]), ([5000], [1]), ([2, 3, 700, 16], [3, 1, 16]), ([5, 300, 24], [5, 1, 24]), ([3, 9, 96], [96]),
                ([70, 3, 41], [3, 1]), ([1, 1, 1], [1]), ([2, 2, 2, 2, 2, 2], [2, 1, 2, 1, 2, 1]),
            ];
            var cases = new TheoryData<int[], int[], InstructionSet>();
            foreach (var (left, right) in shapes)
            {
                foreach (var set in InstructionSet.Supported) cases.Add(left, right, set);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(BroadcastPairs))]
    public void Operands_broadcast_as_in_numpy(int[] left, int[] right, InstructionSet set)
    {
        int rank = Math.Max(left.Length, right.Length);
        int Extent(int[] shape, int axis) => axis < rank - shape.Length ? 1 : shape[axis - (rank - shape.Length)];
        int[] output = [.. Enumerable.Range(0, rank).Select(i => Extent(left, i) == 1 ? Extent(right, i) : Extent(left, i))];
        float[] a = KernelSets.Whole(new Shape(left).ElementCount, 1), b = KernelSets.Whole(new Shape(right).ElementCount, 2);
        var program = ElementwiseBuilder.Single(Operation.Subtract);
        var problem = ElementwiseProblem.Broadcast(program, new Shape(output), new Shape(left), new Shape(right));

        float[] actual = Run(problem, set, KernelSets.TwoThreads, a, b)[0];

        var expected = new float[new Shape(output).ElementCount];
        for (int i = 0; i < expected.Length; i++)
        {
            int rest = i, leftAt = 0, rightAt = 0, leftStride = 1, rightStride = 1;
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                int index = rest % output[axis];
                rest /= output[axis];
                leftAt += Math.Min(index, Extent(left, axis) - 1) * leftStride;
                rightAt += Math.Min(index, Extent(right, axis) - 1) * rightStride;
                leftStride *= Extent(left, axis);
                rightStride *= Extent(right, axis);
            }

            expected[i] = a[leftAt] - b[rightAt];
        }

        actual.Should().Equal(expected);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Strides_transpose_reverse_and_slice(InstructionSet set)
    {
        float[] x = KernelSets.Whole(3 * 41, 3);
        var program = ElementwiseBuilder.Single(Operation.Identity);
        Run(ElementwiseProblem.Strided(program, [41, 3], [1, 41]), set, KernelSets.OneThread, x)[0]
            .Should().Equal(Enumerable.Range(0, 41 * 3).Select(i => x[(i % 3 * 41) + (i / 3)]));
        Run(ElementwiseProblem.Strided(program, [3, 20], [41, 2]), set, KernelSets.OneThread, x)[0]
            .Should().Equal(Enumerable.Range(0, 3 * 20).Select(i => x[(i / 20 * 41) + (i % 20 * 2)]));

        var reversed = new FencedArray<float>(x);
        var result = new FencedArray<float>(x.Length);
        var problem = ElementwiseProblem.Strided(program, [x.Length], [-1]);
        ElementwiseKernels.List.Select(problem, set)
            .Run(problem, [reversed.Address + ((x.Length - 1) * sizeof(float))], [result.Address], KernelSets.OneThread);
        result.ToArray().Should().Equal(x.Reverse());
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_chain_computes_what_its_steps_compute(InstructionSet set)
    {
        var builder = new ElementwiseBuilder();
        var x = builder.Input();
        var y = builder.Input();
        var scale = builder.Input();
        var sum = builder.Apply(Operation.Add, x, y);
        var difference = builder.Apply(Operation.Subtract, x, y);
        var product = builder.Apply(Operation.Multiply, sum, difference);
        var shifted = builder.Apply(Operation.Add, builder.Apply(Operation.Multiply, product, scale), builder.Constant(3));
        builder.Output(shifted);
        builder.Output(builder.Apply(Operation.Relu, sum));
        builder.Output(sum);
        builder.Output(x);
        float[] a = KernelSets.Whole(3 * 1367, 4), b = KernelSets.Whole(3 * 1367, 5), s = [2, -1, 4];
        var problem = ElementwiseProblem.Broadcast(builder.Build(), [3, 1367], [3, 1367], [3, 1367], [3, 1]);

        float[][] actual = Run(problem, set, KernelSets.TwoThreads, a, b, s);

        actual[0].Should().Equal(a.Select((v, i) => ((v + b[i]) * (v - b[i]) * s[i / 1367]) + 3));
        actual[1].Should().Equal(a.Select((v, i) => Math.Max(0, v + b[i])));
        actual[2].Should().Equal(a.Select((v, i) => v + b[i]));
        actual[3].Should().Equal(a);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Booleans_are_bytes_in_memory(InstructionSet set)
    {
        var builder = new ElementwiseBuilder();
        var condition = builder.Input(ElementwiseType.Boolean);
        var row = builder.Input(ElementwiseType.Boolean);
        var x = builder.Input();
        builder.Output(builder.Apply(Operation.Where, builder.Apply(Operation.Maximum, condition, row), x, builder.Constant(-1)));
        builder.Output(builder.Apply(Operation.Less, x, builder.Constant(0)), ElementwiseType.Boolean);
        const int rows = 5, columns = 37;
        var conditions = new FencedArray<byte>([.. Enumerable.Range(0, rows * columns).Select(i => (byte)(i % 3 == 0 ? 200 : 0))]);
        var rowConditions = new FencedArray<byte>([.. Enumerable.Range(0, columns).Select(i => (byte)(i % 7 == 0 ? 1 : 0))]);
        var values = new FencedArray<float>(KernelSets.Whole(rows * columns, 6));
        var chosen = new FencedArray<float>(rows * columns);
        var negative = new FencedArray<byte>(rows * columns);
        var problem = ElementwiseProblem.Broadcast(builder.Build(), [rows, columns], [rows, columns], [columns], [rows, columns]);

        ElementwiseKernels.List.Select(problem, set).Run(
            problem, [conditions.Address, rowConditions.Address, values.Address], [chosen.Address, negative.Address], KernelSets.OneThread);

        chosen.ToArray().Should().Equal(values.ToArray().Select((v, i) => i % 3 == 0 || i % columns % 7 == 0 ? v : -1));
        negative.ToArray().Should().Equal(values.ToArray().Select(v => v < 0 ? (byte)1 : (byte)0));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void An_output_may_overwrite_an_input_where_the_problem_says_so(InstructionSet set)
    {
        var builder = new ElementwiseBuilder();
        var x = builder.Input();
        var row = builder.Input();
        var y = builder.Apply(Operation.Add, x, row);
        builder.Output(y);
        builder.Output(builder.Apply(Operation.Multiply, y, row));
        float[] data = KernelSets.Whole(9 * 501, 7), rowData = KernelSets.Whole(501, 8);
        var problem = ElementwiseProblem.Broadcast(builder.Build(), [9, 501], [9, 501], [501]);
        var memory = new FencedArray<float>(data);
        var rowMemory = new FencedArray<float>(rowData);
        var product = new FencedArray<float>(data.Length);

        problem.MayOverwrite(0, 0).Should().BeTrue();
        problem.MayOverwrite(1, 0).Should().BeFalse("a repeated input is read again for later elements");
        ElementwiseKernels.List.Select(problem, set)
            .Run(problem, [memory.Address, rowMemory.Address], [memory.Address, product.Address], KernelSets.TwoThreads);

        memory.ToArray().Should().Equal(data.Select((v, i) => v + rowData[i % 501]));
        product.ToArray().Should().Equal(data.Select((v, i) => (v + rowData[i % 501]) * rowData[i % 501]));
    }

    [Fact]
    public void An_input_that_a_later_step_reads_may_not_be_overwritten()
    {
        var builder = new ElementwiseBuilder();
        var x = builder.Input();
        var y = builder.Apply(Operation.Relu, x);
        builder.Output(y);
        builder.Output(builder.Apply(Operation.Multiply, y, x));
        var program = builder.Build();
        var problem = ElementwiseProblem.Broadcast(program, [10], [10]);
        problem.MayOverwrite(0, 0).Should().BeFalse();
        problem.MayOverwrite(0, 1).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Threads_do_not_change_a_bit(InstructionSet set)
    {
        float[] x = KernelSets.Random(50_001, 9, 5);
        var problem = ElementwiseProblem.Broadcast(ElementwiseBuilder.Single(Operation.Mish), [x.Length], [x.Length]);
        int[] one = KernelSets.Bits(Run(problem, set, KernelSets.OneThread, x)[0]);
        KernelSets.Bits(Run(problem, set, KernelSets.TwoThreads, x)[0]).Should().Equal(one);
        KernelSets.Bits(Run(problem, set, KernelSets.ThreeThreads, x)[0]).Should().Equal(one);
    }

    [Fact]
    public void Neighbouring_axes_that_run_in_step_are_joined()
    {
        var program = ElementwiseBuilder.Single(Operation.Add);
        ElementwiseProblem.Broadcast(program, [2, 3, 4, 5], [2, 3, 4, 5], [2, 3, 4, 5]).Rank.Should().Be(1);
        ElementwiseProblem.Broadcast(program, [2, 3, 4, 5], [2, 3, 4, 5], []).Rank.Should().Be(1);
        ElementwiseProblem.Broadcast(program, [2, 3, 4, 5], [2, 3, 4, 5], [3, 1, 1]).Rank.Should().Be(3);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        var program = ElementwiseBuilder.Single(Operation.Add);
        FluentActions.Invoking(() => ElementwiseProblem.Broadcast(program, [2, 3], [2, 3], [2]))
            .Should().Throw<ArgumentException>().WithMessage("*[2]*[2,3]*");
        FluentActions.Invoking(() => ElementwiseProblem.Broadcast(program, [2, 3], [2, 3])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ElementwiseProblem.Broadcast(program, [3], [3], [1, 1, 3])).Should().Throw<ArgumentException>();
        var builder = new ElementwiseBuilder();
        var x = builder.Input();
        builder.Invoking(b => b.Apply(Operation.Add, x)).Should().Throw<ArgumentException>();
        builder.Invoking(b => b.Output(new ElementwiseValue(7))).Should().Throw<ArgumentException>();
        builder.Invoking(b => b.Build()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_running_program_does_not_allocate()
    {
        float[] x = KernelSets.Random(10_000, 10);
        var problem = ElementwiseProblem.Broadcast(ElementwiseBuilder.Single(Operation.Tanh), [x.Length], [x.Length]);
        var kernel = ElementwiseKernels.List.Select(problem, InstructionSet.Best);
        var memory = new FencedArray<float>(x);
        ReadOnlySpan<nint> address = [memory.Address];

        // The least of several runs: the runtime allocates too, when it compiles a method better.
        long least = long.MaxValue;
        for (int run = 0; run < 10; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            kernel.Run(problem, address, address, KernelSets.OneThread);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.Should().Be(0);
    }

    private static float[][] Run(ElementwiseProblem problem, InstructionSet set, WorkerPool pool, params float[][] inputs)
    {
        var memory = inputs.Select(i => new FencedArray<float>(i)).ToArray();
        var outputs = Enumerable.Range(0, problem.Program.Outputs.Length).Select(_ => new FencedArray<float>(problem.Count)).ToArray();
        var kernel = ElementwiseKernels.List.Select(problem, set);
        kernel.Set.Should().Be(set);
        kernel.Run(problem, [.. memory.Select(m => m.Address)], [.. outputs.Select(o => o.Address)], pool);
        for (int i = 0; i < inputs.Length; i++) memory[i].ToArray().Should().Equal(inputs[i], "inputs are not written to");
        return [.. outputs.Select(o => o.ToArray())];
    }
}
