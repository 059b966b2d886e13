using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// The variables of the OpenTelemetry specification (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/) that decide
/// whether something is exported: only what an endpoint is given for. The others are the SDK's.
/// </summary>
internal sealed class OtelVariables(IConfiguration configuration)
{
    private const string Prefix = "OTEL_";
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string Disabled = "OTEL_SDK_DISABLED";
    private const string TracesExporter = "OTEL_TRACES_EXPORTER";
    private const string Sampler = "OTEL_TRACES_SAMPLER";
    private const string MetricsExporter = "OTEL_METRICS_EXPORTER";

    private static readonly string[] Protocols = ["grpc", "http/protobuf"];
    private static readonly string[] Exporters = ["otlp", "none"];

    /// <summary>Where a slip would silently mean the default, or nothing at all.</summary>
    private static readonly (string Key, string[] Values)[] Choices =
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", Protocols),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", Protocols),
        ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", Protocols),
        (Sampler, ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"]),
        (TracesExporter, Exporters),
        (MetricsExporter, Exporters),
        (Disabled, ["true", "false"]),
    ];

    /// <summary>What holds where nothing is set, in characters: a path may have 8 KiB, of which a few hundred would make a batch that no collector takes.</summary>
    public static readonly KeyValuePair<string, string?> LengthLimit = new("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "1024");

    public IEnumerable<KeyValuePair<string, string?>> All => configuration.AsEnumerable().Where(pair => pair.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Then nothing is traced, and there are no metrics either.</summary>
    public bool IsDisabled => string.Equals(configuration[Disabled], "true", StringComparison.OrdinalIgnoreCase);

    public bool ExportsTraces => HasEndpoint(TracesEndpoint) && IsWanted(TracesExporter);

    public bool ExportsMetrics => HasEndpoint(MetricsEndpoint) && IsWanted(MetricsExporter);

    /// <summary>How traces are sampled, and its argument; what is not said is the specification's default.</summary>
    public (string Name, string? Argument) TracesSampler => (configuration[Sampler] is { Length: > 0 } name ? name : "parentbased_always_on", configuration["OTEL_TRACES_SAMPLER_ARG"]);

    /// <summary>The lines of an access log name the trace of their request, even where no trace is exported.</summary>
    public bool RecordsTraces(SidecarOptions options) => !IsDisabled && (ExportsTraces || options.AccessLog);

    /// <summary>Where spans go, without what else an address may hold; null when they go nowhere.</summary>
    public string? TracesDestination =>
        !IsDisabled && ExportsTraces && Uri.TryCreate(configuration[TracesEndpoint] is { Length: > 0 } own ? own : configuration[Endpoint], UriKind.Absolute, out var address) ? $"{address.Scheme}://{address.Host}:{address.Port}" : null;

    /// <summary>A key and a sentence for each value that is none. An address is not quoted: it may hold a password.</summary>
    public IEnumerable<(string Key, string WhatAndRemedy)> FindErrors()
    {
        foreach (var key in (string[])[Endpoint, TracesEndpoint, MetricsEndpoint])
        {
            if (configuration[key] is { Length: > 0 } endpoint && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
                yield return (key, "it is no address of a collector; write http://HOST:4317, or http://HOST:4318 with OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.");
        }

        foreach (var (key, values) in Choices)
        {
            if (configuration[key] is { Length: > 0 } value && !values.Contains(value, StringComparer.OrdinalIgnoreCase))
                yield return (key, $"\"{value}\" is none of {string.Join(", ", values)}.");
        }
    }

    private bool HasEndpoint(string ofSignal) => !string.IsNullOrEmpty(configuration[ofSignal]) || !string.IsNullOrEmpty(configuration[Endpoint]);

    private bool IsWanted(string exporter) => !string.Equals(configuration[exporter], "none", StringComparison.OrdinalIgnoreCase);
}
