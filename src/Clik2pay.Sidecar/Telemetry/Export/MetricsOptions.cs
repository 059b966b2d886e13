using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>Which metrics are exported, to Prometheus and to OTLP.</summary>
internal sealed record MetricsOptions
{
    public const string Section = "Metrics";

    [Setting($"{Section}:Level", Default = "Full")]
    public required MetricsLevel Level { get; init; }
}
