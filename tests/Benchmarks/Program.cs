using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Benchmarks;

/// <summary>Runs the suites that the command line chooses; or, with "shares [THREADS [FAMILY]]", prints what share of the machine's limits single kernels reach.</summary>
internal static class Program
{
    private static void Main(string[] arguments)
    {
        if (arguments is ["shares", .. var rest])
        {
            int threads = rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : Environment.ProcessorCount;
            KernelShares.Print(threads, part: rest.Length > 1 ? rest[1] : "");
            return;
        }

        // Kernels' names are long, and what tells them apart stands in the middle.
        const int Widest = 80;
        var config = DefaultConfig.Instance.WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(Widest));
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments, config);
    }
}
