using System.Diagnostics.Metrics;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// The meter to which each feature adds its own instruments. Tags have few values, and neither callers nor the provider can add any. In
/// Prometheus a dot becomes an underscore, counters end in <c>_total</c>, and a unit of <c>s</c> becomes <c>_seconds</c>.
/// </summary>
internal static class SidecarMeter
{
    public const string Name = "Clik2pay.Sidecar";

    /// <summary>A tag of <c>http.client.request.duration</c>. Only token calls have it, with the value <c>token_endpoint</c>.</summary>
    public const string TargetTag = "clik2pay.sidecar.target";

    /// <summary>
    /// The buckets of request durations in seconds, as in OpenTelemetry's conventions
    /// (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/).
    /// </summary>
    public static readonly double[] RequestBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    /// <summary>The factory returns the same meter each time.</summary>
    public static Meter CreateSidecarMeter(this IMeterFactory meters) => meters.Create(Name);

    /// <param name="meter">The meter that the instrument is created in.</param>
    /// <param name="name">The name of the instrument.</param>
    /// <param name="description">One sentence for readers of a dashboard.</param>
    /// <param name="buckets">The upper bounds of the buckets, in seconds.</param>
    public static Histogram<double> CreateDuration(this Meter meter, string name, string description, double[] buckets) =>
        meter.CreateHistogram(name, unit: "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
