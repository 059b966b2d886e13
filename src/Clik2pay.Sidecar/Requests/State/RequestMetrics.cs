using System.Diagnostics;
using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Requests.State;

/// <summary>The instruments of the request pipeline, with one method for each event.</summary>
internal sealed class RequestMetrics
{
    private readonly ClosedCounter<RefusalReason> requestsRefused;
    private readonly ClosedCounter<string> callerCredentialsRemoved;
    private readonly ClosedCounter<int> upstreamResponses;
    private readonly ClosedCounter<(ErrorCode Code, Sent Sent)> ownResponses;
    private readonly ClosedCounter<UnauthorizedAction> upstreamUnauthorized;
    private readonly ClosedCounter<ValueTuple> upstreamHeadersDropped;
    private readonly Histogram<double> requestDuration;

    public RequestMetrics(IMeterFactory meters)
    {
        // Some names are older than the terms of the code. They stay, because dashboards and alerts of users contain them.
        var meter = meters.CreateSidecarMeter();
        requestsRefused = new(meter, "clik2pay.sidecar.requests_rejected",
            "Requests that were refused before anything was sent to the provider.",
            Enum.GetValues<RefusalReason>(), reason => [new("reason", reason.ToSnakeCase())], isRare: true);
        callerCredentialsRemoved = new(meter, "clik2pay.sidecar.caller_credentials_removed",
            "Request headers that could contain credentials of the caller and were removed.",
            CredentialHeaders.Names, header => [new("header", header)], isRare: true);

        upstreamResponses = new(meter, "clik2pay.sidecar.upstream_answers",
            "Responses of the provider that were returned to callers, by the class of their status.",
            [2, 3, 4, 5, 0], status => [new("status_class", NameOfClass(status))]);
        ownResponses = new(meter, "clik2pay.sidecar.own_answers",
            "Responses that the sidecar generated, by code (header Clik2pay-Sidecar-Error) and by whether the request may have been sent.",
            from code in Enum.GetValues<ErrorCode>() from sent in Enum.GetValues<Sent>() select (code, sent),
            response => [new("code", response.Code.ToSnakeCase()), new("sent", response.Sent.ToSnakeCase())],
            detail: "sent");
        upstreamUnauthorized = new(meter, "clik2pay.sidecar.upstream_unauthorized",
            "Responses of the provider with status 401, by what the sidecar did.",
            Enum.GetValues<UnauthorizedAction>(), action => [new("action", action.ToSnakeCase())]);
        upstreamHeadersDropped = new(meter, "clik2pay.sidecar.upstream_headers_dropped",
            "Headers and trailers of the provider that were dropped, because they contain the access token, the API key or control "
            + "characters, or because only the sidecar may send them.",
            [default], _ => []);
        requestDuration = meter.CreateDuration(
            "http.server.request.duration", "Duration of HTTP server requests.", SidecarMeter.RequestBuckets);
    }

    /// <summary>Responses to callers: the provider's by the class of their status, and the sidecar's own by their code.</summary>
    public IEnumerable<KeyValuePair<string, long>> Responses =>
        upstreamResponses.Counts.Select(count => KeyValuePair.Create($"upstream_{NameOfClass(count.Key)}", count.Value))
            .Concat(ownResponses.Counts.GroupBy(count => count.Key.Code)
                .Select(counts => KeyValuePair.Create(counts.Key.ToSnakeCase(), counts.Sum(count => count.Value))));

    public void RequestRefused(RefusalReason reason) => requestsRefused.Add(reason);

    /// <param name="header">A name of <see cref="CredentialHeaders"/>, not the spelling of the caller.</param>
    public void CallerCredentialRemoved(string header) => callerCredentialsRemoved.Add(header);

    public void UpstreamResponded(int status) => upstreamResponses.Add(status is >= 200 and < 600 ? status / 100 : 0);

    public void Responded(ErrorCode code, Sent sent) => ownResponses.Add((code, sent));

    public void UpstreamUnauthorized(UnauthorizedAction action) => upstreamUnauthorized.Add(action);

    public void UpstreamHeaderDropped() => upstreamHeadersDropped.Add(default);

    /// <summary>
    /// Records <c>http.server.request.duration</c>. The platform's own instrument of this name also counts scrapes, and allocates for each
    /// request.
    /// </summary>
    public void RequestEnded(HttpContext context, TimeSpan duration)
    {
        if (!requestDuration.Enabled)
            return;

        var tags = new TagList
        {
            { "http.request.method", context.Request.KnownMethod() },
            { "http.response.status_code", StatusTags.Of(context.Response.StatusCode) },
            { "network.protocol.version", context.Request.ProtocolVersion() },
            { "url.scheme", context.Request.Scheme },
        };
        if (context.RoutePattern() is { } route)
            tags.Add("http.route", route);
        if (Exchange.Of(context).HasCallerGone)
            tags.Add("error.type", RequestNames.CallerGone);
        requestDuration.Record(duration.TotalSeconds, tags);
    }

    private static string NameOfClass(int status) => status == 0 ? "other" : $"{status}xx";
}
