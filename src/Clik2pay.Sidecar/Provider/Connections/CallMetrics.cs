using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>
/// Records <c>http.client.request.duration</c> of the calls to one address, by OpenTelemetry's conventions
/// (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientrequestduration): the time from the start of a call to
/// the head of the response, or to the failure. The HTTP client's own instrument of this name costs an asynchronous method for each call.
/// </summary>
internal sealed class CallMetrics
{
    private readonly Histogram<double> duration;
    private readonly KeyValuePair<string, object?>[] address;

    /// <param name="meters">Creates the instrument.</param>
    /// <param name="target">The address that is called.</param>
    /// <param name="tags">Further tags, at most one.</param>
    public CallMetrics(IMeterFactory meters, Uri target, params KeyValuePair<string, object?>[] tags)
    {
        duration = meters.CreateSidecarMeter().CreateDuration(
            "http.client.request.duration", "Duration of HTTP client requests.", SidecarMeter.RequestBuckets);
        address =
        [
            new("server.address", target.IdnHost),
            new("server.port", target.Port),
            new("url.scheme", target.Scheme),
            .. tags,
        ];
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
        if (status >= StatusCodes.Status400BadRequest)
            tags.Add("error.type", status.ToString(CultureInfo.InvariantCulture));
        duration.Record(elapsed.TotalSeconds, tags);
    }

    /// <summary>Records a call that failed without a response.</summary>
    public void Failed(string method, Exception e, TimeSpan elapsed)
    {
        if (!duration.Enabled)
            return;

        var tags = CreateTags(method);
        tags.Add("error.type", NameOf(e));
        duration.Record(elapsed.TotalSeconds, tags);
    }

    private TagList CreateTags(string method)
    {
        var tags = new TagList { { "http.request.method", method } };
        foreach (var tag in address)
            tags.Add(tag);
        return tags;
    }

    /// <returns>The kind of failure of the HTTP client in snake case, or the type of the exception.</returns>
    private static string NameOf(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } failure => failure.HttpRequestError.ToSnakeCase(),
        AggregateException { InnerExceptions: [var first, ..] } => NameOf(first), // YARP adds the failure to send the body.
        _ => e.GetType().FullName!,
    };

    private static string NameOf(Version version) =>
        version.Major > 1 ? version.Major.ToString(CultureInfo.InvariantCulture) : version.Minor == 0 ? "1.0" : "1.1";
}
