using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>
/// Exports the last spans and metrics after all other services have stopped. For a collector that hangs, the SDK would wait up to 5 s with
/// the spans, and then up to 5 s with the metrics.
/// </summary>
internal sealed class LastExport(IServiceProvider services) : IHostedLifecycleService
{
    private const int TimeoutMilliseconds = 2000;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(TimeoutMilliseconds), CancellationToken.None),
        Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(TimeoutMilliseconds), CancellationToken.None));

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
