using System.Globalization;
using System.Text;
using Framework.Graphs;

namespace Framework.Execution;

/// <summary>Says in a table what a plan does: for each step the kernel, why not a better one, the work, and the least time once it has run.</summary>
public static class Explain
{
    /// <summary>The plan as a table, one step a line; refusals of better kernels stand below theirs.</summary>
    public static string Write(Plan plan)
    {
        var text = new StringBuilder();
        int width = plan.Steps.Select(s => s.Kernel.Length).DefaultIfEmpty(0).Max();
        for (int i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            text.Append(CultureInfo.InvariantCulture, $"{i,4}  {step.Kernel.PadRight(width)}  {step.Node.Place}");
            if (step.Writes.Count > 0) text.Append(" -> ").AppendJoin(", ", step.Writes.Select(Describe));
            if (step.MultiplyAdds > 0) text.Append(CultureInfo.InvariantCulture, $"  {step.MultiplyAdds / 1e6:0.0} M multiply-adds");
            if (step.LeastTime > TimeSpan.Zero) text.Append(Timed(step));
            text.AppendLine();
            foreach (string refusal in step.Refusals) text.Append("        not ").AppendLine(refusal);
        }

        text.Append(CultureInfo.InvariantCulture, $"{plan.Steps.Count} steps, {plan.Steps.Sum(s => s.MultiplyAdds) / 1e6:0.0} M multiply-adds, {plan.ByteCount / 1e6:0.0} MB of the plan's own.");
        double milliseconds = plan.Steps.Sum(s => s.LeastTime.TotalMilliseconds);
        if (milliseconds > 0) text.Append(CultureInfo.InvariantCulture, $" The steps' least times add up to {milliseconds:0.000} ms.");
        text.AppendLine();
        if (plan.Fallbacks.Count > 0) text.Append("Evaluated the plain, slow way: ").AppendJoin("; ", plan.Fallbacks.Select(s => s.Node.Place)).AppendLine(".");
        return text.ToString();
    }

    // Two operations a multiply-add; bytes as if each operand went through memory once.
    private static string Timed(Step step)
    {
        double seconds = step.LeastTime.TotalSeconds;
        string operations = step.MultiplyAdds > 0 ? string.Create(CultureInfo.InvariantCulture, $", {2e-9 * step.MultiplyAdds / seconds:0.0} GFLOP/s") : "";
        return string.Create(CultureInfo.InvariantCulture, $"  {1e3 * seconds:0.000} ms{operations}, {1e-9 * step.ByteCount / seconds:0.0} GB/s");
    }

    private static string Describe(Value value) => value.Layout.IsBlocked ? $"{value.Fact} {value.Layout}" : $"{value.Fact}";
}
