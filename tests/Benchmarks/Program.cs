using BenchmarkDotNet.Running;

namespace Benchmarks;

/// <summary>Runs the suites that the command line chooses.</summary>
internal static class Program
{
    private static void Main(string[] arguments) => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments);
}
