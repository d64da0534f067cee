namespace Framework.Kernels.Elementwise;

/// <summary>The operands of a program that is descent with momentum, as <c>Sgd</c> writes it down: numbers of inputs and outputs, and what is one number for all.</summary>
/// <param name="Weights">w.</param>
/// <param name="Gradients">g.</param>
/// <param name="Velocity">v.</param>
/// <param name="NewWeights">w - rate v'.</param>
/// <param name="NewVelocity">v' = share v + g, or share v + (g + decay w).</param>
/// <param name="Share">What is kept of the velocity.</param>
/// <param name="Rate">The learning rate.</param>
/// <param name="Decay">The share of the weights that is added to the gradients; null where none is.</param>
internal readonly record struct Descent(
    int Weights, int Gradients, int Velocity, int NewWeights, int NewVelocity, Descent.Number Share, Descent.Number Rate, Descent.Number? Decay)
{
    /// <summary>Reads a program; null where it is another.</summary>
    public static unsafe Descent? Of(ElementwiseProblem problem)
    {
        var program = problem.Program;
        var steps = program.Steps;
        int inputs = program.Inputs.Length, outputs = program.Outputs.Length;
        if (outputs != 2 || steps.Length is not (4 or 6)) return null;

        int decayed = -1, gradients = -1;
        Number? decay = null;
        if (steps.Length == 6)
        {
            if (steps[0].Operation != ElementwiseOperation.Multiply || steps[1].Operation != ElementwiseOperation.Add || steps[1].B != steps[0].Result) return null;
            (decayed, decay, gradients) = (steps[0].A, NumberAt(steps[0].B), steps[1].A);
            if (decay is null) return null;
        }

        var (keep, add, scale, subtract) = (steps[^4], steps[^3], steps[^2], steps[^1]);
        if (keep.Operation != ElementwiseOperation.Multiply || add.Operation != ElementwiseOperation.Add) return null;
        if (scale.Operation != ElementwiseOperation.Multiply || subtract.Operation != ElementwiseOperation.Subtract) return null;
        if (add.A != keep.Result || scale.A != add.Result || subtract.B != scale.Result) return null;
        if (decay is null) gradients = add.B;
        else if (add.B != steps[1].Result || decayed != subtract.A) return null;
        if (NumberAt(keep.B) is not { } share || NumberAt(scale.B) is not { } rate) return null;

        var found = new Descent(subtract.A, gradients, keep.A, subtract.Result - inputs, add.Result - inputs, share, rate, decay);
        bool fits = IsRow(found.Weights) && IsRow(found.Gradients) && IsRow(found.Velocity)
            && found.NewWeights is 0 or 1 && found.NewVelocity is 0 or 1 && found.NewWeights != found.NewVelocity
            && IsWhole(inputs) && IsWhole(inputs + 1);
        return fits ? found : null;

        bool IsRow(int slot) => slot < inputs && IsWhole(slot);

        bool IsWhole(int slot) => problem.Operands[slot].Form == OperandForm.InPlace;

        Number? NumberAt(int slot)
        {
            if (slot < inputs) return problem.Operands[slot] is { Form: OperandForm.Repeated, IsBoolean: false } ? new Number(slot, null) : null;
            int constant = slot - inputs - outputs;
            return constant >= 0 && constant < problem.Program.Constants.Length ? new Number(-1, problem.Program.Constants[constant]) : null;
        }
    }

    /// <summary>A number for all elements: an input of one element, or a constant.</summary>
    internal readonly record struct Number(int Input, float? Constant)
    {
        public unsafe float In(ElementwiseProblem problem, ReadOnlySpan<nint> inputs) => Constant ?? *(float*)inputs[Input];
    }
}
