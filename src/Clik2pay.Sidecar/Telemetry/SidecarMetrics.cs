using System.Diagnostics.Metrics;
using System.Text.Json;
using Clik2pay.Sidecar.Proxy;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>What is counted, a method for each thing that happens. Tags are closed and few, and none has a value that a caller could choose.</summary>
internal sealed class SidecarMetrics
{
    public const string MeterName = "Clik2pay.Sidecar";

    private readonly Counter<long> requestsRejected;
    private readonly Counter<long> callerCredentialsRemoved;
    private readonly Counter<long> upstreamUnauthorized;
    private readonly Counter<long> upstreamHeadersDropped;

    public SidecarMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        requestsRejected = meter.CreateCounter<long>("clik2pay.sidecar.requests_rejected", description: "Requests that were refused before anything went upstream.");
        callerCredentialsRemoved = meter.CreateCounter<long>("clik2pay.sidecar.caller_credentials_removed", description: "Headers of callers that could hold credentials and were removed.");
        upstreamUnauthorized = meter.CreateCounter<long>("clik2pay.sidecar.upstream_unauthorized", description: "Answers 401 of upstream, and what became of them.");
        upstreamHeadersDropped = meter.CreateCounter<long>("clik2pay.sidecar.upstream_headers_dropped", description: "Headers of upstream that held the access token or the API key.");
    }

    public void RequestRejected(RejectionReason reason) => requestsRejected.Add(1, new KeyValuePair<string, object?>("reason", Names<RejectionReason>.Of(reason)));

    /// <param name="header">One of <see cref="CredentialHeaders"/>, whatever the caller wrote.</param>
    public void CallerCredentialRemoved(string header) => callerCredentialsRemoved.Add(1, new KeyValuePair<string, object?>("header", header));

    public void UpstreamUnauthorized(UnauthorizedAction action) => upstreamUnauthorized.Add(1, new KeyValuePair<string, object?>("action", Names<UnauthorizedAction>.Of(action)));

    public void UpstreamHeaderDropped() => upstreamHeadersDropped.Add(1);

    /// <summary>The values of an enum in snake case, made once.</summary>
    private static class Names<T>
        where T : struct, Enum
    {
        private static readonly Dictionary<T, string> All = Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static string Of(T value) => All[value];
    }
}
