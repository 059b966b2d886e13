using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Administration;

/// <summary>Gathers how things stand, for the status page and for gauges. It calls nobody, and knows no secret.</summary>
internal sealed class StatusReport(
    Probes probes,
    TokenSlot slot,
    RefreshLoop loop,
    RefreshHistory history,
    TokenRefresher refresher,
    ITokenStore store,
    Clik2payOptions options,
    RequestMetrics metrics,
    Drain drain,
    RotationWatch rotation,
    TimeProvider time)
{
    private readonly TimeSpan startedAt = time.GetMonotonicNow();

    public SidecarStatus Take()
    {
        var (now, token, readiness) = (time.GetMonotonicNow(), slot.Current, probes.Readiness());
        return new()
        {
            At = time.GetUtcNow(),
            Uptime = now - startedAt,
            Environment = options.Environment,
            ApiBaseUrl = options.ApiBaseUrl,
            TokenEndpoint = options.TokenEndpoint,
            Readiness = readiness,
            Token = token is null ? null : new CurrentToken(token.Lifetime, token.ExpiresAt - now),
            NextRefresh = MonotonicTime.Max(loop.Status.DueAt - now, TimeSpan.Zero),
            Refreshes = history.Records,
            LastSuccess = history.LastSuccess,
            WhyRotationPending = rotation.WhyPending,
            Store = store.Status,
            LastLease = refresher.LastLease,
            Responses = [.. metrics.Responses],
        };
    }

    public SidecarState TakeState()
    {
        var token = slot.Current;
        return new()
        {
            IsReady = probes.Readiness().IsHealthy,
            RequestsUnderWay = drain.UnderWay,
            TokenExpiry = token is null ? null : time.GetUtcNow() + (token.ExpiresAt - time.GetMonotonicNow()),
            TokenLifetime = token?.Lifetime,
            LastSuccess = history.LastSuccess,
            IsRotationPending = rotation.WhyPending is not null,
            IsStoreUp = store.Status.IsUp,
        };
    }
}
