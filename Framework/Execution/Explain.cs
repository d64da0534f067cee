using System.Globalization;
using System.Text;
using Framework.Graphs;
using Framework.Kernels.Machine;

namespace Framework.Execution;

/// <summary>Says in a table what a plan does: for each step the kernel, why not a better one, the work, and the least time once it has run.</summary>
public static class Explain
{
    /// <summary>
    /// The plan as a table, one step a line; refusals of better kernels stand below theirs. Behind it, where the plan has run, the time by families of
    /// kernels, longest first.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="limits">
    /// What the processor can do at most with the plan's threads: then the share of it is told that each step reaches, of the multiply-adds' peak and of
    /// the read bandwidth. Multiply-adds are those of the textbook, of which Winograd's kernels do a part, and bytes may come from a cache:
    /// a share can exceed 100%.
    /// </param>
    public static string Write(Plan plan, MachineLimits? limits = null)
    {
        var text = new StringBuilder();
        int width = plan.Steps.Select(s => s.Kernel.Length).DefaultIfEmpty(0).Max();
        for (int i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            text.Append(CultureInfo.InvariantCulture, $"{i,4}  {step.Kernel.PadRight(width)}  {step.Node.Place}");
            if (step.Writes.Count > 0) text.Append(" -> ").AppendJoin(", ", step.Writes.Select(Describe));
            if (step.MultiplyAdds > 0) text.Append(CultureInfo.InvariantCulture, $"  {step.MultiplyAdds / 1e6:0.0} M multiply-adds");
            text.Append(CultureInfo.InvariantCulture, $"  {step.ByteCount / 1e6:0.000} MB");
            if (step.LeastTime > TimeSpan.Zero) text.Append("  ").Append(Work.Of([step]).Timed(limits));
            text.AppendLine();
            foreach (string refusal in step.Refusals) text.Append("        not ").AppendLine(refusal);
        }

        text.Append(CultureInfo.InvariantCulture, $"{plan.Steps.Count} steps, {plan.Steps.Sum(s => s.MultiplyAdds) / 1e6:0.0} M multiply-adds, {plan.ByteCount / 1e6:0.0} MB of the plan's own.");
        double milliseconds = 1e3 * Work.Of(plan.Steps).Seconds;
        if (milliseconds > 0) text.Append(CultureInfo.InvariantCulture, $" The steps' least times add up to {milliseconds:0.000} ms.");
        text.AppendLine();
        if (plan.Fallbacks.Count > 0) text.Append("Evaluated the plain, slow way: ").AppendJoin("; ", plan.Fallbacks.Select(s => s.Node.Place)).AppendLine(".");
        if (milliseconds > 0) WriteFamilies(text, plan, limits);
        return text.ToString();
    }

    private static void WriteFamilies(StringBuilder text, Plan plan, MachineLimits? limits)
    {
        var families = plan.Steps.GroupBy(s => Family(s.Kernel)).Select(g => (Name: g.Key, Work: Work.Of(g))).OrderByDescending(f => f.Work.Seconds).ToArray();
        double seconds = families.Sum(f => f.Work.Seconds);
        int width = families.Max(f => f.Name.Length);
        text.AppendLine("Time by families of kernels:");
        foreach (var (name, work) in families)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name.PadRight(width)}  {work.Steps,4} steps  {100 * work.Seconds / seconds,5:0.0}%  ")
                .AppendLine(work.Timed(limits));
        }
    }

    // A kernel's name without tile and instruction set.
    private static string Family(string kernel)
    {
        int end = 0;
        while (end < kernel.Length && !char.IsDigit(kernel[end])) end++;
        string name = kernel[..end];
        foreach (string set in (ReadOnlySpan<string>)["Vector", "Scalar"])
        {
            if (name.IndexOf(set, StringComparison.Ordinal) is > 0 and int at) name = name[..at];
        }

        return name;
    }

    private static string Describe(Value value) => value.Layout.IsPlain ? $"{value.Fact}" : $"{value.Fact} {value.Layout}";

    /// <summary>What some steps do, and in what time. Bytes as if each operand of a step went through memory once.</summary>
    private readonly record struct Work(int Steps, double Seconds, double MultiplyAdds, double Bytes)
    {
        public static Work Of(IEnumerable<Step> steps) => steps.Aggregate(default(Work), (sum, step) => new(
            sum.Steps + 1, sum.Seconds + step.LeastTime.TotalSeconds, sum.MultiplyAdds + step.MultiplyAdds, sum.Bytes + step.ByteCount));

        // Two operations a multiply-add.
        public string Timed(MachineLimits? limits)
        {
            var text = new StringBuilder();
            double flops = 2 * MultiplyAdds / Seconds, bytes = Bytes / Seconds;
            text.Append(CultureInfo.InvariantCulture, $"{1e3 * Seconds:0.000} ms");
            if (MultiplyAdds > 0) text.Append(CultureInfo.InvariantCulture, $", {1e-9 * flops:0.0} GFLOP/s");
            if (MultiplyAdds > 0 && limits is not null) text.Append(CultureInfo.InvariantCulture, $" ({100 * flops / limits.Flops:0}% of peak)");
            text.Append(CultureInfo.InvariantCulture, $", {1e-9 * bytes:0.0} GB/s");
            if (limits is not null) text.Append(CultureInfo.InvariantCulture, $" ({100 * bytes / limits.ReadBytes:0}% of reading)");
            return text.ToString();
        }
    }
}
