using System.Diagnostics;
using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// What is measured, a method for each thing that happens. Tags are closed and few, and none has a value that a caller could choose. In
/// Prometheus a dot is an underscore; counters end in <c>_total</c>, and what has the unit s in <c>_seconds</c>.
/// </summary>
internal sealed class SidecarMetrics
{
    public const string MeterName = "Clik2pay.Sidecar";
    public const string RequestDuration = "http.server.request.duration";

    /// <summary>Of all outcomes these can be a call's.</summary>
    private static readonly RefreshOutcome[] CallOutcomes =
        [RefreshOutcome.Success, RefreshOutcome.Rejected, RefreshOutcome.Throttled, RefreshOutcome.Unavailable, RefreshOutcome.InvalidResponse];

    /// <summary>Seconds. A visit to Redis ends after 2.</summary>
    private static readonly double[] StoreBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];

    /// <summary>Seconds. A call of the token endpoint ends after 10.</summary>
    private static readonly double[] CallBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Seconds. A refresh waits for two leases of 15 at most, and then makes its call.</summary>
    private static readonly double[] RefreshBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 45];

    /// <summary>Seconds, as the platform has them and OpenTelemetry's conventions (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/).</summary>
    private static readonly double[] RequestBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    /// <summary>Made once: as a tag a number is an object.</summary>
    private static readonly object[] Statuses = [.. Enumerable.Range(0, 1000).Cast<object>()];

    private readonly Meter meter;
    private readonly ClosedCounter<RejectionReason> requestsRejected;
    private readonly ClosedCounter<string> callerCredentialsRemoved;
    private readonly ClosedCounter<int> upstreamResponses;
    private readonly ClosedCounter<(ErrorCode Code, Sent Sent)> ownResponses;
    private readonly ClosedCounter<UnauthorizedAction> upstreamUnauthorized;
    private readonly ClosedCounter<ValueTuple> upstreamHeadersDropped;
    private readonly ClosedCounter<(RefreshOutcome Outcome, RefreshTrigger Trigger)> tokenRefreshes;
    private readonly ClosedCounter<RefreshOutcome> tokenEndpointRequests;
    private readonly ClosedCounter<LeaseOutcome> leaseAcquisitions;
    private readonly ClosedCounter<(RedisOperation Operation, RedisFailure? Failure)> storeOperations;
    private readonly ClosedCounter<ValueTuple> storeInvalidValues;
    private readonly Histogram<double> requestDuration;
    private readonly Histogram<double> tokenRefreshDuration;
    private readonly Histogram<double> tokenEndpointDuration;
    private readonly Histogram<double> leaseWait;
    private readonly Histogram<double> storeOperationDuration;

    public SidecarMetrics(IMeterFactory meters)
    {
        meter = meters.Create(MeterName);

        requestsRejected = new(meter, "clik2pay.sidecar.requests_rejected", "Requests that were refused before anything went upstream.",
            Enum.GetValues<RejectionReason>(), reason => [new("reason", reason.ToSnakeCase())]);
        callerCredentialsRemoved = new(meter, "clik2pay.sidecar.caller_credentials_removed", "Headers of callers that could hold credentials and were removed.",
            CredentialHeaders.Names, header => [new("header", header)]);
        upstreamResponses = new(meter, "clik2pay.sidecar.upstream_answers", "Responses of upstream that went to callers, by the class of their status.",
            [2, 3, 4, 5, 0], status => [new("status_class", NameOfClass(status))]);
        ownResponses = new(meter, "clik2pay.sidecar.own_answers",
            "Responses that the sidecar generated, by code (header Clik2pay-Sidecar-Error) and by whether the request may have been sent.",
            Pairs(Enum.GetValues<ErrorCode>(), Enum.GetValues<Sent>()),
            response => [new("code", response.Code.ToSnakeCase()), new("sent", response.Sent.ToSnakeCase())]);
        upstreamUnauthorized = new(meter, "clik2pay.sidecar.upstream_unauthorized", "Responses 401 of upstream, and what became of them.",
            Enum.GetValues<UnauthorizedAction>(), action => [new("action", action.ToSnakeCase())]);
        upstreamHeadersDropped = new(meter, "clik2pay.sidecar.upstream_headers_dropped",
            "Headers and trailers of the provider that were dropped, because they contain the access token, the API key or control "
            + "characters, or because only the sidecar may send them.",
            [default], _ => []);

        requestDuration = NewHistogram(RequestDuration, "Duration of HTTP server requests.", RequestBuckets);

        tokenRefreshes = new(meter, "clik2pay.sidecar.token_refreshes", "Refreshes of the access token: how they ended, and why they were begun.",
            Pairs(Enum.GetValues<RefreshOutcome>(), Enum.GetValues<RefreshTrigger>()),
            refresh => [new("outcome", refresh.Outcome.ToSnakeCase()), new("trigger", refresh.Trigger.ToSnakeCase())]);
        tokenRefreshDuration = NewHistogram("clik2pay.sidecar.token_refresh_duration", "From the start of a refresh until callers had its token, or it had failed.", RefreshBuckets);
        tokenEndpointRequests = new(meter, "clik2pay.sidecar.token_endpoint_requests", "Calls of the token endpoint by this replica, and how they ended.",
            CallOutcomes, outcome => [new("outcome", outcome.ToSnakeCase())]);
        tokenEndpointDuration = NewHistogram("clik2pay.sidecar.token_endpoint_duration", "A call of the token endpoint, from the connection to the last byte of the answer.", CallBuckets);

        leaseAcquisitions = new(meter, "clik2pay.sidecar.lease_acquisitions", "Attempts to acquire the lease on the token call, and leases that ran out in this replica's hands.",
            Enum.GetValues<LeaseOutcome>(), outcome => [new("outcome", outcome.ToSnakeCase())]);
        leaseWait = NewHistogram("clik2pay.sidecar.lease_wait", "How long a refresh waited for another replica that held the lease.", RefreshBuckets);
        storeOperations = new(meter, "clik2pay.sidecar.store_operations", "Visits to Redis: what for, and success or the kind of failure.",
            Pairs(Enum.GetValues<RedisOperation>(), [null, .. Enum.GetValues<RedisFailure>().Cast<RedisFailure?>()]),
            visit => [new("operation", visit.Operation.ToSnakeCase()), new("outcome", visit.Failure?.ToSnakeCase() ?? "success")]);
        storeOperationDuration = NewHistogram("clik2pay.sidecar.store_operation_duration", "A visit to Redis, from the connection to the reply.", StoreBuckets);
        storeInvalidValues = new(meter, "clik2pay.sidecar.store_foreign_values", "Values in Redis that were none of the sidecar's, of other credentials, of the past, or prolonged by somebody.",
            [default], _ => []);

        ProcessMetrics.AddTo(meter);
    }

    /// <summary>Responses that went to callers: of upstream by the class of their status, and the sidecar's own by their code.</summary>
    public IEnumerable<KeyValuePair<string, long>> Responses =>
        upstreamResponses.Counts.Select(count => KeyValuePair.Create($"upstream_{NameOfClass(count.Key)}", count.Value))
            .Concat(ownResponses.Counts.GroupBy(count => count.Key.Code)
                .Select(counts => KeyValuePair.Create(counts.Key.ToSnakeCase(), counts.Sum(count => count.Value))));

    public void RequestRejected(RejectionReason reason) => requestsRejected.Add(reason);

    /// <param name="header">One of <see cref="CredentialHeaders"/>, whatever the caller wrote.</param>
    public void CallerCredentialRemoved(string header) => callerCredentialsRemoved.Add(header);

    public void UpstreamResponded(int status) => upstreamResponses.Add(status is >= 200 and < 600 ? status / 100 : 0);

    public void Responded(ErrorCode code, Sent sent) => ownResponses.Add((code, sent));

    /// <summary>By the platform's name, in place of the platform's, which counts scrapes as well and makes objects for each request.</summary>
    public void RequestEnded(HttpContext context, TimeSpan duration)
    {
        if (!requestDuration.Enabled)
            return;

        var tags = new TagList
        {
            { "http.request.method", context.Request.KnownMethod() },
            { "http.response.status_code", Statuses[context.Response.StatusCode] },
            { "network.protocol.version", context.Request.ProtocolVersion() },
            { "url.scheme", context.Request.Scheme },
        };
        if (context.RoutePattern() is { } route)
            tags.Add("http.route", route);
        if (Exchange.Of(context).IsAbandoned)
            tags.Add("error.type", RequestNames.CallerGone);
        requestDuration.Record(duration.TotalSeconds, tags);
    }

    public void UpstreamUnauthorized(UnauthorizedAction action) => upstreamUnauthorized.Add(action);

    public void UpstreamHeaderDropped() => upstreamHeadersDropped.Add(default);

    public void TokenRefreshed(RefreshOutcome outcome, RefreshTrigger trigger, TimeSpan duration)
    {
        tokenRefreshes.Add((outcome, trigger));
        tokenRefreshDuration.Record(duration.TotalSeconds);
    }

    /// <param name="outcome">None that only a refresh can have.</param>
    /// <param name="duration">Of the whole call.</param>
    public void TokenEndpointCalled(RefreshOutcome outcome, TimeSpan duration)
    {
        tokenEndpointRequests.Add(outcome);
        tokenEndpointDuration.Record(duration.TotalSeconds);
    }

    public void LeaseAttempted(LeaseOutcome outcome) => leaseAcquisitions.Add(outcome);

    public void LeaseWaited(TimeSpan duration) => leaseWait.Record(duration.TotalSeconds);

    public void StoreOperationEnded(RedisOperation operation, RedisFailure? failure, TimeSpan duration)
    {
        storeOperations.Add((operation, failure));
        storeOperationDuration.Record(duration.TotalSeconds);
    }

    public void StoreValueWasInvalid() => storeInvalidValues.Add(default);

    /// <summary>The gauges, which show how things stand at the moment at which somebody asks.</summary>
    public void ShowState(Clik2payEnvironment environment, Func<SidecarState> state)
    {
        var build = new Measurement<int>(1, new Tag("version", BuildInfo.Version), new Tag("environment", $"{environment}"));
        meter.CreateObservableGauge("clik2pay.sidecar.build_info", () => build, description: "Always 1; the labels say which sidecar it is.");
        meter.CreateObservableGauge("clik2pay.sidecar.ready", () => state().IsReady ? 1 : 0, description: "1 while the readiness probe says yes, else 0.");
        meter.CreateObservableGauge("clik2pay.sidecar.token_expiry_timestamp", () => ToUnixTime(state().TokenExpiry), unit: "s", description: "When the held access token expires, in Unix time; 0 while none is held.");
        meter.CreateObservableGauge("clik2pay.sidecar.token_lifetime", () => state().TokenLifetime?.TotalSeconds ?? 0, unit: "s", description: "The whole life of the held access token; 0 while none is held.");
        meter.CreateObservableGauge("clik2pay.sidecar.token_last_success_timestamp", () => ToUnixTime(state().LastSuccess), unit: "s", description: "When a refresh brought a token last, in Unix time; 0 when none has.");
        meter.CreateObservableGauge("clik2pay.sidecar.rotation_pending", () => state().IsRotationPending ? 1 : 0, description: "1 while the credential files hold something else than what is in use: a set that is not tried yet or was refused, or none at all; else 0.");
        meter.CreateObservableGauge("clik2pay.sidecar.store_up", () => state().IsStoreUp is { } isUp ? [new Measurement<int>(isUp ? 1 : 0)] : (IEnumerable<Measurement<int>>)[], description: "1 when Redis could be used at the last visit, else 0; absent without Redis.");

        // By the platform's name, in place of the platform's: that one is updated twice with each request, by tags, and counts scrapes as well.
        meter.CreateObservableUpDownCounter("http.server.active_requests", () => state().RequestsUnderWay, description: "Callers' requests that are under way.");
    }

    private static double ToUnixTime(DateTimeOffset? moment) => moment?.ToUnixTimeSeconds() ?? 0;

    private static string NameOfClass(int status) => status == 0 ? "other" : $"{status}xx";

    private static IEnumerable<(TFirst First, TSecond Second)> Pairs<TFirst, TSecond>(IEnumerable<TFirst> firsts, IReadOnlyCollection<TSecond> seconds) =>
        firsts.SelectMany(first => seconds.Select(second => (first, second)));

    /// <summary>In seconds.</summary>
    private Histogram<double> NewHistogram(string name, string description, double[] buckets) =>
        meter.CreateHistogram(name, unit: "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
