using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Benchmarks.Kernels.ForwardBenchmarks).Assembly).Run(args);
