using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Steady;
using Perfolizer.Horology;

namespace Clik2pay.Sidecar.Benchmarks.Micro;

/// <summary>The verb <c>micro</c>: single steps of our own code, how long they take and what they allocate.</summary>
internal static class MicroVerb
{
    private static readonly TimeInterval ShortIteration = TimeInterval.FromMilliseconds(100);

    public static async Task<int> RunAsync(bool isShort, string filter, TextWriter output)
    {
        // In this process: the project that BenchmarkDotNet would generate comes under this repository's own rules, where warnings are errors.
        var job = (isShort ? Job.ShortRun.WithIterationTime(ShortIteration) : Job.Default).WithToolchain(InProcessEmitToolchain.Instance);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Statistics, DefaultColumnProviders.Metrics)
            .AddExporter(MarkdownExporter.GitHub)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(Path.Combine(Repository.Root, "artifacts", "benchmarks"))
            .WithOptions(ConfigOptions.DisableLogFile);
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroVerb).Assembly).Run(["--filter", filter], config).ToList();

        // To the byte, which BenchmarkDotNet is not: what other threads allocate meanwhile is in its means.
        await using var path = new SteadyPath();
        await output.WriteLineAsync($"Our own code allocates {Allocation.Measure(path.Run)} B in {Allocation.Runs} requests of the steady path.");
        return summaries.Count > 0 && summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
