using System.Globalization;
using OpenTelemetry.Exporter;

namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>
/// The variables of the OpenTelemetry specification (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/)
/// that select what is exported. Only signals with an endpoint are exported. The SDK reads the other variables.
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

    /// <summary>Variables with a fixed set of values. For other values, the SDK would silently use the default or do nothing.</summary>
    private static readonly (string Key, string[] Values)[] Choices =
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", Protocols),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", Protocols),
        ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", Protocols),
        (Sampler,
        [
            "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
        ]),
        (TracesExporter, Exporters),
        (MetricsExporter, Exporters),
        (Disabled, ["true", "false"]),
    ];

    /// <summary>
    /// The default limit for the length of an attribute of a span, in characters. A path can have 8 KiB, and collectors reject a batch with
    /// a few hundred such paths.
    /// </summary>
    public static readonly KeyValuePair<string, string?> LengthLimit = new("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "1024");

    public IEnumerable<KeyValuePair<string, string?>> All =>
        configuration.AsEnumerable().Where(pair => pair.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether spans and metrics are turned off.</summary>
    public bool IsDisabled => string.Equals(configuration[Disabled], "true", StringComparison.OrdinalIgnoreCase);

    public bool ExportsTraces => HasEndpoint(TracesEndpoint) && IsEnabled(TracesExporter);

    public bool ExportsMetrics => HasEndpoint(MetricsEndpoint) && IsEnabled(MetricsExporter);

    /// <summary>The sampler of traces and its argument, with the default of the specification.</summary>
    public (string Name, string? Argument) TracesSampler => (
        configuration[Sampler] is { Length: > 0 } name ? name : "parentbased_always_on", configuration["OTEL_TRACES_SAMPLER_ARG"]);

    /// <summary>The address that spans are sent to, without path and credentials. Null if no spans are sent.</summary>
    public string? TracesDestination
    {
        get
        {
            var text = configuration[TracesEndpoint] is { Length: > 0 } own ? own : configuration[Endpoint];
            return !IsDisabled && ExportsTraces && Uri.TryCreate(text, UriKind.Absolute, out var address)
                ? $"{address.Scheme}://{address.Host}:{address.Port}"
                : null;
        }
    }

    /// <summary>
    /// Applies the variables of one signal, such as <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c>. The SDK applies only the variables for all
    /// signals (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). The endpoint of a signal is used unchanged.
    /// </summary>
    /// <param name="options">Options that contain the values for all signals.</param>
    /// <param name="signal"><c>TRACES</c> or <c>METRICS</c>.</param>
    public void ApplyTo(OtlpExporterOptions options, string signal)
    {
        if (Of("PROTOCOL") is { } protocol)
        {
            var isGrpc = string.Equals(protocol, Protocols[0], StringComparison.OrdinalIgnoreCase);
            options.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        }

        if (Of("ENDPOINT") is { } endpoint)
            options.Endpoint = new(endpoint);
        if (Of("HEADERS") is { } headers)
            options.Headers = headers;
        if (int.TryParse(Of("TIMEOUT"), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            options.TimeoutMilliseconds = milliseconds;

        string? Of(string name) => configuration[$"OTEL_EXPORTER_OTLP_{signal}_{name}"] is { Length: > 0 } value ? value : null;
    }

    /// <summary>Whether spans are recorded. The access log contains trace ids, even if no spans are exported.</summary>
    public bool RecordsTraces(bool hasAccessLog) => !IsDisabled && (ExportsTraces || hasAccessLog);

    /// <returns>The key and the error of each variable that isn't valid. No address is quoted, because it may contain a password.</returns>
    public IEnumerable<(string Key, string WhatAndRemedy)> FindErrors()
    {
        foreach (var key in (string[])[Endpoint, TracesEndpoint, MetricsEndpoint])
        {
            if (configuration[key] is { Length: > 0 } text
                && !(Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            {
                yield return (
                    key,
                    "it is not a valid address. Use http://HOST:4317, or http://HOST:4318 with OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.");
            }
        }

        foreach (var (key, values) in Choices)
        {
            if (configuration[key] is { Length: > 0 } value && !values.Contains(value, StringComparer.OrdinalIgnoreCase))
                yield return (key, $"'{value}' is not valid. Use one of {string.Join(", ", values)}.");
        }
    }

    private bool HasEndpoint(string ofSignal) =>
        !string.IsNullOrEmpty(configuration[ofSignal]) || !string.IsNullOrEmpty(configuration[Endpoint]);

    private bool IsEnabled(string exporter) => !string.Equals(configuration[exporter], "none", StringComparison.OrdinalIgnoreCase);
}
