using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using OnePeace.Benchmarks.Bench;
using OnePeace.Benchmarks.Expansion;
using OnePeace.Benchmarks.Loading;
using OnePeace.Benchmarks.Serving;
using OnePeace.Benchmarks.Steps;

if (BenchCommand.Know(args)) return await BenchCommand.RunAsync(args);
if (ServingBenchmark.Know(args)) return await ServingBenchmark.RunAsync(args);
if (HttpServingBenchmark.Know(args)) return await HttpServingBenchmark.RunAsync(args);
if (StepBenchmark.Know(args)) return await StepBenchmark.RunAsync(args);
if (ExpansionBenchmark.Know(args)) return await ExpansionBenchmark.RunAsync(args);
if (LoadingBenchmarks.Know(args)) return await LoadingBenchmarks.RunAsync(args);

// In this process: libtorch is linked into the output folder once, and stays there.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(7).WithInvocationCount(1).WithUnrollFactor(1);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
return 0;
