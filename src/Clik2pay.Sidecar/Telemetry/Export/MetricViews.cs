using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>Decides for each instrument whether it is exported, and with which name, tags and buckets.</summary>
/// <param name="level">The setting <c>Metrics:Level</c>.</param>
/// <param name="profiles">The number of profiles, at least 1.</param>
/// <param name="callerSeries">The number of series of the requests by caller.</param>
internal sealed class MetricViews(MetricsLevel level, int profiles, int callerSeries)
{
    public const string Runtime = "System.Runtime";
    public const string ConnectionDuration = "http.client.connection.duration";

    private const string ClientRequestDuration = "http.client.request.duration";
    private const string RequestDuration = "http.server.request.duration";
    private const string StoreDuration = "clik2pay.sidecar.store_operation_duration";
    private const string Refreshes = "clik2pay.sidecar.token_refreshes";
    private const string CallerRequests = "clik2pay.sidecar.caller_requests";
    private const string Exceptions = "dotnet.exceptions";

    /// <summary>
    /// Enough for each instrument of the runtime, and for each of the sidecar with one profile, except the two request durations.
    /// </summary>
    private const int FewSeries = 64;

    /// <summary>For tags with values that the platform chooses, such as the types of exceptions.</summary>
    private const int SomeSeries = 200;

    /// <summary>For tags with methods and statuses, for each profile.</summary>
    private const int CallSeries = 400;

    /// <summary>For tags with methods, routes and statuses.</summary>
    private const int ManySeries = 2000;

    /// <summary>The most series of a further profile: seven outcomes of a refresh with seven triggers each.</summary>
    private const int RefreshSeries = 49;

    /// <summary>The most series of a further profile in any other instrument.</summary>
    private const int ProfileSeries = 7;

    /// <summary>In seconds. Each bound also exists at the level Full, so that the same query works with both.</summary>
    private static readonly double[] FewBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly double[] FewStoreBuckets = [0.005, 0.025, 0.1, 0.5, 2];

    /// <summary>
    /// The SDK allocates memory for the maximum number of series at start, once for Prometheus and once for OTLP. Only the instrument with
    /// routes and statuses needs many. Instruments of the token lifecycle, and calls to the provider, have series for each profile.
    /// </summary>
    public MetricStreamConfiguration Create(Instrument instrument)
    {
        var isMinimal = level == MetricsLevel.Minimal;
        if (CounterForms.IsOtherForm(instrument, selectsSmall: isMinimal))
            return MetricStreamConfiguration.Drop;

        var name = CounterForms.ExportedNameOf(instrument);
        var view = isMinimal ? CreateMinimal(name) : CreateFull(name);
        if (ReferenceEquals(view, MetricStreamConfiguration.Drop))
            return view;

        view.CardinalityLimit = name switch
        {
            RequestDuration when !isMinimal => ManySeries,
            ClientRequestDuration when !isMinimal => Math.Min(profiles * CallSeries, ManySeries),
            Refreshes when !isMinimal => FewSeries + ((profiles - 1) * RefreshSeries),
            CallerRequests => FewSeries + callerSeries,
            _ when instrument.Meter.Name == SidecarMeter.Name => FewSeries + ((profiles - 1) * ProfileSeries),
            _ when instrument.Meter.Name == Runtime && name != Exceptions => FewSeries,
            _ => SomeSeries,
        };
        return view;
    }

    /// <summary>The alerts and the dashboard need these metrics. The counters of responses replace the tags of the durations.</summary>
    private static MetricStreamConfiguration CreateMinimal(string instrument) => instrument switch
    {
        RequestDuration => new ExplicitBucketHistogramConfiguration { Boundaries = FewBuckets, TagKeys = [] },
        ClientRequestDuration =>
            new ExplicitBucketHistogramConfiguration { Boundaries = FewBuckets, TagKeys = [SidecarMeter.TargetTag] },
        StoreDuration => new ExplicitBucketHistogramConfiguration { Boundaries = FewStoreBuckets },
        "clik2pay.sidecar.token_refresh_duration" or "clik2pay.sidecar.token_endpoint_duration" or "clik2pay.sidecar.lease_wait" =>
            MetricStreamConfiguration.Drop,
        _ => new() { Name = instrument },
    };

    private static MetricStreamConfiguration CreateFull(string instrument) => instrument switch
    {
        // In Prometheus only a histogram may have a name that ends in _count.
        "dotnet.assembly.count" => new() { Name = "dotnet.assemblies" },
        "dotnet.process.cpu.count" => new() { Name = "dotnet.process.cpus" },
        "dotnet.timer.count" => new() { Name = "dotnet.timers" },

        // Omits addresses of peers, and local addresses that a peer can choose (127.0.0.0/8). Each address would be its own series.
        ConnectionDuration => new() { TagKeys = ["server.address", "server.port", "url.scheme", "network.protocol.version"] },
        var name when name.StartsWith("kestrel.", StringComparison.Ordinal) => new()
        {
            TagKeys =
            [
                "server.port", "network.transport", "network.type", "network.protocol.name", "network.protocol.version", "error.type",
            ],
        },
        _ => new(),
    };
}
