using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>Writes down the steps of an <see cref="ElementwiseProgram"/>.</summary>
/// <example>
/// <code>
/// var builder = new ElementwiseBuilder();
/// var sum = builder.Apply(ElementwiseOperation.Add, builder.Input(), builder.Input());
/// builder.Output(builder.Apply(ElementwiseOperation.Relu, sum));
/// var program = builder.Build();
/// </code>
/// </example>
public sealed class ElementwiseBuilder
{
    private readonly List<Definition> _values = [];
    private readonly List<ElementwiseType> _inputs = [];
    private readonly List<float> _constants = [];
    private readonly List<(int Value, ElementwiseType Type)> _outputs = [];

    private enum Kind
    {
        Input,
        Constant,
        Step,
    }

    /// <summary>A program of one step, whose operands are its inputs and whose result is its output.</summary>
    /// <param name="operation">What the step does.</param>
    /// <param name="alpha">Its first parameter.</param>
    /// <param name="beta">Its second parameter.</param>
    public static ElementwiseProgram Single(ElementwiseOperation operation, float alpha = 0, float beta = 0)
    {
        var builder = new ElementwiseBuilder();
        var operands = new ElementwiseValue[FormulaTable<SimdScalar>.Arity(operation)];
        for (int i = 0; i < operands.Length; i++) operands[i] = builder.Input();
        builder.Output(builder.Apply(operation, operands, alpha, beta));
        return builder.Build();
    }

    /// <summary>Declares the next input.</summary>
    public ElementwiseValue Input(ElementwiseType type = ElementwiseType.Float)
    {
        _inputs.Add(type);
        return Add(new Definition(Kind.Input, _inputs.Count - 1));
    }

    /// <summary>The same number for every element.</summary>
    public ElementwiseValue Constant(float value)
    {
        int index = _constants.FindIndex(c => BitConverter.SingleToInt32Bits(c) == BitConverter.SingleToInt32Bits(value));
        if (index < 0)
        {
            index = _constants.Count;
            _constants.Add(value);
        }

        return Add(new Definition(Kind.Constant, index));
    }

    /// <summary>Adds a step of one operand.</summary>
    public ElementwiseValue Apply(ElementwiseOperation operation, ElementwiseValue x, float alpha = 0, float beta = 0) =>
        Apply(operation, [x], alpha, beta);

    /// <summary>Adds a step of two operands.</summary>
    public ElementwiseValue Apply(ElementwiseOperation operation, ElementwiseValue a, ElementwiseValue b, float alpha = 0, float beta = 0) =>
        Apply(operation, [a, b], alpha, beta);

    /// <summary>Adds a step of three operands.</summary>
    public ElementwiseValue Apply(ElementwiseOperation operation, ElementwiseValue a, ElementwiseValue b, ElementwiseValue c) =>
        Apply(operation, [a, b, c]);

    /// <summary>Adds a step.</summary>
    /// <param name="operation">What the step does.</param>
    /// <param name="operands">As many values as the operation has operands.</param>
    /// <param name="alpha">Its first parameter.</param>
    /// <param name="beta">Its second parameter.</param>
    /// <exception cref="ArgumentException">The number of operands is wrong, or one is not of this builder.</exception>
    public ElementwiseValue Apply(
        ElementwiseOperation operation, ReadOnlySpan<ElementwiseValue> operands, float alpha = 0, float beta = 0)
    {
        int arity = FormulaTable<SimdScalar>.Arity(operation);
        if (operands.Length != arity) throw new ArgumentException($"{operation} has {arity} operands, not {operands.Length}.", nameof(operands));
        foreach (var operand in operands) RequireOwn(operand);
        int At(ReadOnlySpan<ElementwiseValue> values, int i) => i < values.Length ? values[i].Index : -1;
        return Add(new Definition(Kind.Step, 0)
        {
            Operation = operation,
            A = At(operands, 0),
            B = At(operands, 1),
            C = At(operands, 2),
            Alpha = alpha,
            Beta = beta,
        });
    }

    /// <summary>Declares a value as the next output.</summary>
    /// <exception cref="ArgumentException">The value is not of this builder.</exception>
    public void Output(ElementwiseValue value, ElementwiseType type = ElementwiseType.Float)
    {
        RequireOwn(value);
        _outputs.Add((value.Index, type));
    }

    /// <summary>The program as declared so far. Steps that no output needs are left out.</summary>
    /// <exception cref="InvalidOperationException">No output was declared.</exception>
    public ElementwiseProgram Build()
    {
        if (_outputs.Count == 0) throw new InvalidOperationException("A program needs an output.");
        var steps = NeededSteps();
        var slots = new SlotTable(this, steps);
        return new ElementwiseProgram(
            [.. _inputs],
            [.. _outputs.Select(o => o.Type)],
            [.. _constants],
            slots.Steps,
            slots.TemporaryCount,
            slots.LastReads,
            slots.Writes);
    }

    private ElementwiseValue Add(Definition definition)
    {
        _values.Add(definition);
        return new ElementwiseValue(_values.Count - 1);
    }

    private void RequireOwn(ElementwiseValue value)
    {
        if ((uint)value.Index >= (uint)_values.Count) throw new ArgumentException($"Value {value.Index} is not of this builder.", nameof(value));
    }

    /// <summary>
    /// The steps that lead to an output, in order, then a copy for each output that does not come straight from a step of its own.
    /// </summary>
    private List<(Definition Step, int Value, int Output)> NeededSteps()
    {
        var needed = new bool[_values.Count];
        foreach (var (value, _) in _outputs) needed[value] = true;
        for (int i = _values.Count - 1; i >= 0; i--)
        {
            if (!needed[i] || _values[i].Kind != Kind.Step) continue;
            foreach (int operand in _values[i].Operands) needed[operand] = true;
        }

        var steps = new List<(Definition, int, int)>();
        for (int i = 0; i < _values.Count; i++)
        {
            if (needed[i] && _values[i].Kind == Kind.Step) steps.Add((_values[i], i, _outputs.FindIndex(o => o.Value == i)));
        }

        for (int o = 0; o < _outputs.Count; o++)
        {
            int value = _outputs[o].Value;
            bool direct = _values[value].Kind == Kind.Step && _outputs.FindIndex(other => other.Value == value) == o;
            if (!direct) steps.Add((new Definition(Kind.Step, 0) { Operation = ElementwiseOperation.Identity, A = value, B = -1, C = -1 }, -1, o));
        }

        return steps;
    }

    private readonly record struct Definition(Kind Kind, int Index)
    {
        public ElementwiseOperation Operation { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public int C { get; init; }

        public float Alpha { get; init; }

        public float Beta { get; init; }

        public IEnumerable<int> Operands => new[] { A, B, C }.Where(o => o >= 0);
    }

    /// <summary>Gives every value a slot; temporaries share slots once their last reader has run.</summary>
    private sealed class SlotTable
    {
        private readonly ElementwiseBuilder _builder;
        private readonly Dictionary<int, int> _slotOfStep = [];
        private readonly Stack<int> _free = [];

        public SlotTable(ElementwiseBuilder builder, List<(Definition Step, int Value, int Output)> steps)
        {
            _builder = builder;
            Steps = new ElementwiseStep[steps.Count];
            LastReads = new int[builder._inputs.Count];
            Writes = new int[builder._outputs.Count];
            Array.Fill(LastReads, -1);
            var lastUse = new Dictionary<int, int>();
            for (int i = 0; i < steps.Count; i++)
            {
                foreach (int operand in steps[i].Step.Operands) lastUse[operand] = i;
            }

            for (int i = 0; i < steps.Count; i++)
            {
                var (step, value, output) = steps[i];
                int a = SlotOf(step.A), b = SlotOf(step.B), c = SlotOf(step.C);
                foreach (int operand in step.Operands.Distinct())
                {
                    var definition = builder._values[operand];
                    if (definition.Kind == Kind.Input) LastReads[definition.Index] = i;
                    if (definition.Kind == Kind.Step && lastUse[operand] == i && _slotOfStep[operand] >= FirstTemporary)
                        _free.Push(_slotOfStep[operand]);
                }

                int result = output >= 0 ? builder._inputs.Count + output : TakeTemporary();
                if (output >= 0) Writes[output] = i;
                if (value >= 0) _slotOfStep[value] = result;
                Steps[i] = new ElementwiseStep(step.Operation, a, b, c, result, step.Alpha, step.Beta);
            }
        }

        public ElementwiseStep[] Steps { get; }

        public int TemporaryCount { get; private set; }

        public int[] LastReads { get; }

        public int[] Writes { get; }

        private int FirstConstant => _builder._inputs.Count + _builder._outputs.Count;

        private int FirstTemporary => FirstConstant + _builder._constants.Count;

        /// <summary>An operand that a step does not have is slot 0, which it does not read.</summary>
        private int SlotOf(int value)
        {
            if (value < 0) return 0;
            var definition = _builder._values[value];
            return definition.Kind switch
            {
                Kind.Input => definition.Index,
                Kind.Constant => FirstConstant + definition.Index,
                _ => _slotOfStep[value],
            };
        }

        private int TakeTemporary() => _free.TryPop(out int slot) ? slot : FirstTemporary + TemporaryCount++;
    }
}
