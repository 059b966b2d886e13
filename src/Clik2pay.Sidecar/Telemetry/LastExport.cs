using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// Sends what is left when everything else has ended, and does not wait long for a collector that hangs: the SDK would wait 5 s for spans, and
/// then 5 s for metrics.
/// </summary>
internal sealed class LastExport(IServiceProvider services) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => services.GetService<TracerProvider>()?.Shutdown((int)Patience.TotalMilliseconds), CancellationToken.None),
        Task.Run(() => services.GetService<MeterProvider>()?.Shutdown((int)Patience.TotalMilliseconds), CancellationToken.None));

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
