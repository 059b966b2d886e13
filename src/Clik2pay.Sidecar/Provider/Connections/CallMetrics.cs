using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>
/// Records <c>http.client.request.duration</c> for the calls to one address, as OpenTelemetry's conventions define the metric
/// (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientrequestduration). The duration ends when the head of
/// the response arrives or the call fails. The HTTP client's own instrument of this name adds an asynchronous method to each call.
/// </summary>
internal sealed class CallMetrics
{
    /// <summary>The <c>error.type</c> of a response that is not valid HTTP.</summary>
    public const string InvalidResponse = "invalid_response";

    private readonly Histogram<double> duration;
    private readonly KeyValuePair<string, object?>[] fixedTags;

    /// <param name="meters">Creates the instrument.</param>
    /// <param name="address">The address that is called.</param>
    /// <param name="target">The value of <see cref="SidecarMeter.TargetTag"/>, or null to omit the tag.</param>
    public CallMetrics(IMeterFactory meters, Uri address, string? target = null)
    {
        duration = meters.CreateSidecarMeter().CreateDuration(
            "http.client.request.duration", "Duration of HTTP client requests.", SidecarMeter.RequestBuckets);
        fixedTags =
        [
            new("server.address", address.IdnHost),
            new("server.port", address.Port),
            new("url.scheme", address.Scheme),
        ];

        // A TagList of up to eight tags allocates nothing. This tag is the eighth.
        if (target is not null)
            fixedTags = [.. fixedTags, new(SidecarMeter.TargetTag, target)];
    }

    /// <summary>Records a call whose response has begun.</summary>
    public void Responded(string method, HttpResponseMessage response, TimeSpan elapsed)
    {
        if (!duration.Enabled)
            return;

        var status = (int)response.StatusCode;
        var tags = CreateTags(method);
        tags.Add("http.response.status_code", StatusTags.Of(status));
        tags.Add("network.protocol.version", NameOf(response.Version));
        if (status is >= 400 and < 600)
            tags.Add("error.type", StatusTags.TextOf(status));
        duration.Record(elapsed.TotalSeconds, tags);
    }

    /// <summary>Records a call that failed without a response.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="error">The <c>error.type</c>: <see cref="NameOf(Exception)"/> or <see cref="InvalidResponse"/>.</param>
    /// <param name="elapsed">The duration.</param>
    public void Failed(string method, string error, TimeSpan elapsed)
    {
        if (!duration.Enabled)
            return;

        var tags = CreateTags(method);
        tags.Add("error.type", error);
        duration.Record(elapsed.TotalSeconds, tags);
    }

    private TagList CreateTags(string method)
    {
        var tags = new TagList { { "http.request.method", method } };
        foreach (var tag in fixedTags)
            tags.Add(tag);
        return tags;
    }

    /// <returns>The HTTP client's kind of failure in snake case, or the type of the exception.</returns>
    public static string NameOf(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } failure => failure.HttpRequestError.ToSnakeCase(),

        // If a streamed body also failed, YARP lists its failure before or after the failure of the HTTP client.
        AggregateException { InnerExceptions: var all } =>
            NameOf(all.FirstOrDefault(inner => inner is HttpRequestException or OperationCanceledException) ?? all[0]),
        _ => e.GetType().FullName!,
    };

    private static string NameOf(Version version) =>
        version.Major > 1 ? version.Major.ToString(CultureInfo.InvariantCulture) : version.Minor == 0 ? "1.0" : "1.1";
}
