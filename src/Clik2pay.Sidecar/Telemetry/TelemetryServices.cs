using System.Diagnostics;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>The door of what is counted.</summary>
internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddMetrics()
        .AddSingleton<SidecarMetrics>()
        .AddSingleton<DistributedContextPropagator, TraceOnlyPropagator>();
}
