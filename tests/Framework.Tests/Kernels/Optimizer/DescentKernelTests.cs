using Framework.Execution;
using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Training.Optimizers;

namespace Framework.Tests.Kernels.Optimizer;

/// <summary>The kernel of descent with momentum gives what the optimizer's graph says, bit for bit, and takes only what is that.</summary>
public sealed unsafe class DescentKernelTests
{
    public static TheoryData<InstructionSet, float> Cases
    {
        get
        {
            var cases = new TheoryData<InstructionSet, float>();
            foreach (var set in InstructionSet.Supported)
            {
                cases.Add(set, 0f);
                cases.Add(set, 0.01f);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_computes_what_the_graph_says_at_every_tail_and_in_place(InstructionSet set, float decay)
    {
        int[] lengths = [.. Enumerable.Range(2, KernelSets.LongestTail), 40_000, 65_536];
        foreach (int length in lengths)
        {
            foreach (var end in (GuardedEnd[])[GuardedEnd.Start, GuardedEnd.End]) Check(length, end);
        }

        void Check(int length, GuardedEnd end)
        {
            var update = new Sgd(0.9f, decay).Update(length);
            var options = new SessionOptions { InstructionSet = set, Threads = 2, InPlace = [.. update.Outputs.Select(o => (o.Name, o.Name[..^".new".Length]))] };
            using var session = new Session(update, options);
            var (weights, gradients, velocity) = (Drawn(length, 1, end), Drawn(length, 2, end), Drawn(length, 3, end));
            Tensor[] inputs = [weights, gradients, Tensor.Scalar(0.1f), velocity];
            session.PlanFor(inputs).Steps.Should().ContainSingle().Which.Kernel.Should().Be($"Descent{set}");

            using var plain = new Interpreter(update);
            var expected = plain.Run([weights.Clone(), gradients, inputs[2], velocity.Clone()]);
            session.Run(inputs, [weights, velocity]);
            Bits(weights).Should().Equal(Bits(expected[0]), "of {0} weights", length);
            Bits(velocity).Should().Equal(Bits(expected[1]), "of {0} velocities", length);
        }
    }

    [Fact]
    public void Other_updates_are_left_to_the_general_kernel()
    {
        foreach (var other in new Framework.Training.Optimizers.Optimizer[] { new Sgd(0), new Sgd(0.9f) { Nesterov = true }, new Sgd(0.9f, 0.1f) { DecoupledDecay = true }, new Adam() })
        {
            var update = other.Update(100);
            using var session = new Session(update);
            Tensor[] inputs = [.. update.Inputs.Select(i => i.Shape!.Rank == 0 ? Tensor.Scalar(0.5f) : Drawn(100, 1, GuardedEnd.End))];
            session.PlanFor(inputs).Steps.Should().NotContain(s => s.Kernel.StartsWith("Descent", StringComparison.Ordinal));
        }
    }

    private static Tensor Drawn(int length, int seed, GuardedEnd end)
    {
        var memory = GuardedFloats.From(KernelSets.Random(length, seed), end);
        return new Tensor(ElementType.Float32, [length], new ForeignStorage((byte*)memory.Pointer, (nint)length * sizeof(float), memory), 0);
    }

    private static int[] Bits(Tensor tensor) => Array.ConvertAll(tensor.ToArray<float>(), BitConverter.SingleToInt32Bits);
}
