using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Benchmarks;

/// <summary>
/// Runs the suites that the command line chooses; or, with "shares [THREADS [FAMILY]]", prints what share of the machine's limits single kernels reach; with
/// "costs [THREADS]", whether the cost model chooses the faster kernels; or, with "loader [THREADS [EPOCHS]]", how fast data is loaded.
/// </summary>
internal static class Program
{
    private static void Main(string[] arguments)
    {
        int threads = arguments is [not ['-', ..], not ['-', ..], ..] ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : Environment.ProcessorCount;
        if (arguments is ["shares", ..])
        {
            KernelShares.Print(threads, part: arguments.Length > 2 ? arguments[2] : "");
            return;
        }

        if (arguments is ["costs", ..])
        {
            ColdCosts.Print(threads);
            return;
        }

        if (arguments is ["loader", ..])
        {
            LoaderRates.Print(threads, epochs: arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 100);
            return;
        }

        // Kernels' names are long, and what tells them apart stands in the middle.
        const int Widest = 80;
        var config = DefaultConfig.Instance.WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(Widest));
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments, config);
    }
}
