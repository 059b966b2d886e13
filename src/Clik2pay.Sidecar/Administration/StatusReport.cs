using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Administration;

/// <summary>Collects the status for the status page, <c>/status</c> and the gauges. It makes no calls and contains no secret.</summary>
internal sealed class StatusReport(
    Probes probes,
    TokenLifecycle tokens,
    Clik2payOptions options,
    RequestMetrics metrics,
    Drain drain,
    TimeProvider time)
{
    private readonly TimeSpan startedAt = time.GetMonotonicNow();

    public SidecarStatus Take()
    {
        var (now, token, readiness) = (time.GetMonotonicNow(), tokens.Current, probes.Readiness());
        return new()
        {
            At = time.GetUtcNow(),
            Uptime = now - startedAt,
            Environment = options.Environment,
            ApiBaseUrl = options.ApiBaseUrl,
            TokenEndpoint = options.TokenEndpoint,
            Readiness = readiness,
            IsStopping = drain.HasBegun,
            Token = token is null ? null : new CurrentToken(token.Lifetime, token.ExpiresAt - now),
            NextRefresh = MonotonicTime.Max(tokens.Status.DueAt - now, TimeSpan.Zero),
            Refreshes = tokens.History.Runs,
            LastSuccess = tokens.History.LastSuccess,
            WhyRotationPending = tokens.WhyRotationPending,
            Store = tokens.Store,
            LastLease = tokens.History.LastLease,
            Responses = [.. metrics.Responses],
        };
    }

    public GaugeValues TakeGaugeValues()
    {
        var token = tokens.Current;
        return new()
        {
            IsReady = probes.Readiness().IsHealthy,
            RequestsInProgress = drain.RequestsInProgress,
            TokenExpiry = token is null ? null : time.GetUtcNow() + (token.ExpiresAt - time.GetMonotonicNow()),
            TokenLifetime = token?.Lifetime,
            LastSuccess = tokens.History.LastSuccess,
            IsRotationPending = tokens.WhyRotationPending is not null,
            IsStoreUp = tokens.Store.IsUp,
        };
    }
}
