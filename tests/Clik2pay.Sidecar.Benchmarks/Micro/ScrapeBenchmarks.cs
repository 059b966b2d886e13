using BenchmarkDotNet.Attributes;
using Clik2pay.Sidecar.Benchmarks.Steady;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;

namespace Clik2pay.Sidecar.Benchmarks.Micro;

/// <summary>A scrape through the real exporter, without its response cache.</summary>
public class ScrapeBenchmarks
{
    private static readonly WebApplication Sidecar = IdleSidecar.Create(services =>
        services.PostConfigureAll<PrometheusAspNetCoreOptions>(options => options.ScrapeResponseCacheDurationMilliseconds = 0));

    private readonly Scraper scraper = new(Sidecar.Services);

    [Benchmark]
    public Task<long> Scrape() => scraper.ScrapeAsync(Stream.Null);
}
