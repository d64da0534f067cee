using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Elementwise;

/// <summary>The ways to run an elementwise program, best first.</summary>
public static class ElementwiseKernels
{
    /// <summary>All of them; the scalar one is the reference.</summary>
    public static IReadOnlyList<ElementwiseKernel> List { get; } =
    [
        .. Of<Simd512>(), .. Of<Simd256>(), .. Of<Simd128>(), .. Of<SimdScalar>(),
    ];

    private static ElementwiseKernel[] Of<TSimd>()
        where TSimd : unmanaged, ISimd<TSimd> => [new DescentKernel<TSimd>(), new ElementwiseKernel<TSimd>()];
}

/// <summary>Runs elementwise programs. Without state; results do not depend on the number of threads.</summary>
public abstract class ElementwiseKernel : IKernel<ElementwiseProblem>
{
    private protected ElementwiseKernel(string name, InstructionSet set)
    {
        Name = name;
        Set = set;
    }

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public virtual string? Refusal(in ElementwiseProblem problem) => null;

    /// <summary>Computes all outputs.</summary>
    /// <param name="problem">The program and the layout of its operands.</param>
    /// <param name="inputs">The address of each input's first element.</param>
    /// <param name="outputs">The address of each output.</param>
    /// <param name="pool">The threads to use.</param>
    /// <exception cref="ArgumentException">The number of addresses is not the program's.</exception>
    public abstract void Run(ElementwiseProblem problem, ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs, WorkerPool pool);

    private protected static void CheckCounts(ElementwiseProblem problem, ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs)
    {
        var program = problem.Program;
        if (inputs.Length != program.Inputs.Length || outputs.Length != program.Outputs.Length)
            throw new ArgumentException($"The program has {program.Inputs.Length} inputs and {program.Outputs.Length} outputs.", nameof(inputs));
    }
}

/// <summary>The elementwise kernel for one instruction set.</summary>
internal sealed unsafe class ElementwiseKernel<TSimd>() : ElementwiseKernel($"Elementwise{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override void Run(ElementwiseProblem problem, ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs, WorkerPool pool)
    {
        var program = problem.Program;
        CheckCounts(problem, inputs, outputs);
        fixed (nint* inputAddresses = inputs, outputAddresses = outputs)
        {
            var job = new Job
            {
                Inputs = inputAddresses,
                Outputs = outputAddresses,
                InputCount = inputs.Length,
                OutputCount = outputs.Length,
                ConstantCount = program.Constants.Length,
                StepCount = program.Steps.Length,
                Count = problem.Count,
                TileLength = problem.TileLength,
                BufferCount = problem.BufferCount,
                TemporaryCount = program.TemporaryCount,
                Rank = problem.Rank,
                Operands = problem.Operands,
                Steps = problem.Steps,
                Constants = problem.Constants,
                Extents = problem.Extents,
                Strides = problem.Strides,
            };
            int items = (int)(((long)problem.Count + ElementwiseProblem.ItemLength - 1) / ElementwiseProblem.ItemLength);
            pool.Run(items, job);
        }

        GC.KeepAlive(problem);
    }

    private struct Job : IJob
    {
        public nint* Inputs;
        public nint* Outputs;
        public int InputCount;
        public int OutputCount;
        public int ConstantCount;
        public int StepCount;
        public int Count;
        public int TileLength;
        public int BufferCount;
        public int TemporaryCount;
        public int Rank;
        public OperandLayout* Operands;
        public ElementwiseStep* Steps;
        public float* Constants;
        public int* Extents;
        public int* Strides;

        private readonly int FirstConstant => InputCount + OutputCount;

        private readonly int FirstTemporary => FirstConstant + ConstantCount;

        [SkipLocalsInit]
        public readonly void Execute(int index, int worker)
        {
            float* scratch = stackalloc float[(BufferCount * TileLength) + 16];
            scratch = (float*)(((nuint)scratch + 63) & ~(nuint)63);
            float** slots = stackalloc float*[FirstTemporary + TemporaryCount];
            PlaceTiles(slots, scratch);

            int start = index * ElementwiseProblem.ItemLength;
            int rest = Math.Min(ElementwiseProblem.ItemLength, Count - start);
            for (int count; rest > 0; start += count, rest -= count)
            {
                count = Math.Min(TileLength, rest);
                ReadInputs(slots, start, count);
                for (int step = 0; step < StepCount; step++) RunStep(Steps[step], slots, count);
                WriteBooleans(slots, start, count);
            }
        }

        /// <summary>Gives the values that have tiles their place, and fills those that stay the same for the whole item.</summary>
        private readonly void PlaceTiles(float** slots, float* scratch)
        {
            int buffer = 0;
            for (int i = 0; i < FirstConstant; i++)
            {
                if (Operands[i].Form == OperandForm.InPlace) continue;
                slots[i] = scratch + (Operands[i].Buffer * TileLength);
                buffer = Operands[i].Buffer + 1;
                if (Operands[i].Form == OperandForm.Repeated)
                    Fill(slots[i], Operands[i].IsBoolean ? BooleanSource.Value(*(byte*)Inputs[i]) : *(float*)Inputs[i]);
            }

            for (int i = FirstConstant; i < FirstTemporary + TemporaryCount; i++)
            {
                slots[i] = scratch + (buffer++ * TileLength);
                if (i < FirstTemporary) Fill(slots[i], Constants[i - FirstConstant]);
            }
        }

        private readonly void Fill(float* tile, float value)
        {
            TSimd values = TSimd.Broadcast(value);
            for (int i = 0; i < TileLength; i += TSimd.Width) TSimd.Store(tile + i, values);
        }

        private readonly void ReadInputs(float** slots, int start, int count)
        {
            for (int i = 0; i < InputCount; i++)
            {
                var operand = Operands[i];
                if (operand.Form == OperandForm.InPlace)
                    slots[i] = (float*)Inputs[i] + start;
                else if (operand.Form == OperandForm.Gathered && operand.IsBoolean)
                    Gathering<BooleanSource, TSimd>.Run(Inputs[i], slots[i], start, count, Rank, Extents, Strides + (i * Rank));
                else if (operand.Form == OperandForm.Gathered)
                    Gathering<FloatSource, TSimd>.Run(Inputs[i], slots[i], start, count, Rank, Extents, Strides + (i * Rank));
            }

            for (int o = 0; o < OutputCount; o++)
            {
                if (Operands[InputCount + o].Form == OperandForm.InPlace) slots[InputCount + o] = (float*)Outputs[o] + start;
            }
        }

        private static void RunStep(in ElementwiseStep step, float** slots, int count) =>
            FormulaTable<TSimd>.Loop(step.Operation)(
                slots[step.A], slots[step.B], slots[step.C], slots[step.Result], count, step.Alpha, step.Beta);

        private readonly void WriteBooleans(float** slots, int start, int count)
        {
            for (int o = 0; o < OutputCount; o++)
            {
                if (!Operands[InputCount + o].IsBoolean) continue;
                byte* target = (byte*)Outputs[o] + start;
                float* tile = slots[InputCount + o];
                for (int i = 0; i < count; i++) target[i] = tile[i] != 0 ? (byte)1 : (byte)0;
            }
        }
    }
}
