using System.Globalization;
using System.Text;
using Framework.Graphs;

namespace Framework.Execution;

/// <summary>Says in a table what a plan does: for each step the kernel, why not a better one, and the work.</summary>
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
            text.AppendLine();
            foreach (string refusal in step.Refusals) text.Append("        not ").AppendLine(refusal);
        }

        text.Append(CultureInfo.InvariantCulture, $"{plan.Steps.Count} steps, {plan.Steps.Sum(s => s.MultiplyAdds) / 1e6:0.0} M multiply-adds, {plan.ByteCount / 1e6:0.0} MB of the plan's own.");
        text.AppendLine();
        if (plan.Fallbacks.Count > 0) text.Append("Evaluated the plain, slow way: ").AppendJoin("; ", plan.Fallbacks.Select(s => s.Node.Place)).AppendLine(".");
        return text.ToString();
    }

    private static string Describe(Value value) => value.Layout.IsBlocked ? $"{value.Fact} {value.Layout}" : $"{value.Fact}";
}
