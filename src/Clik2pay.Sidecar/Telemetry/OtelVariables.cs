using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// The variables of the OpenTelemetry specification (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/) that decide
/// whether something is exported: only what an endpoint is given for. The others are the SDK's.
/// </summary>
internal sealed class OtelVariables(IConfiguration configuration)
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    public const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    private const string Prefix = "OTEL_";

    /// <summary>What holds where nothing is set, in characters: a path may have 8 KiB, of which a few hundred would make a batch that no collector takes.</summary>
    public static readonly KeyValuePair<string, string?> LengthLimit = new("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "1024");

    public IEnumerable<KeyValuePair<string, string?>> All => configuration.AsEnumerable().Where(pair => pair.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Then nothing is traced, and there are no metrics either.</summary>
    public bool IsDisabled => string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

    public bool ExportsTraces => HasEndpoint(TracesEndpoint) && IsWanted("OTEL_TRACES_EXPORTER");

    public bool ExportsMetrics => HasEndpoint(MetricsEndpoint) && IsWanted("OTEL_METRICS_EXPORTER");

    /// <summary>The lines of an access log name the trace of their request, even where no trace is exported.</summary>
    public bool WantsTraces(SidecarOptions options) => !IsDisabled && (ExportsTraces || options.AccessLog);

    private bool HasEndpoint(string ofSignal) => !string.IsNullOrEmpty(configuration[ofSignal]) || !string.IsNullOrEmpty(configuration[Endpoint]);

    private bool IsWanted(string exporter) => !string.Equals(configuration[exporter], "none", StringComparison.OrdinalIgnoreCase);
}
