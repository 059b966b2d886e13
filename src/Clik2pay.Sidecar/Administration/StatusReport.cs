using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Administration;

/// <summary>Collects the status for the status page, <c>/status</c> and the gauges. It makes no calls and contains no secret.</summary>
internal sealed class StatusReport(
    Probes probes, Profiles profiles, ITokenStore store, RequestMetrics metrics, Drain drain, TimeProvider time)
{
    private readonly TimeSpan startedAt = time.GetMonotonicNow();

    public SidecarStatus Take() => new()
    {
        At = time.GetUtcNow(),
        Uptime = time.GetMonotonicNow() - startedAt,
        Readiness = probes.Readiness(),
        IsStopping = drain.HasBegun,
        Profiles = [.. profiles.All.Select(Describe)],
        Store = store.Status,
        Responses = [.. metrics.Responses],
    };

    private ProfileStatus Describe(Profile profile)
    {
        var (now, tokens) = (time.GetMonotonicNow(), profile.Tokens);
        var token = tokens.Current;
        return new()
        {
            Options = profile.Options,
            Readiness = probes.ReadinessOf(profile),
            Token = token is null ? null : new CurrentToken(token.Lifetime, token.ExpiresAt - now),
            NextRefresh = MonotonicTime.Max(tokens.Status.DueAt - now, TimeSpan.Zero),
            Refreshes = tokens.History.Runs,
            LastSuccess = tokens.History.LastSuccess,
            WhyRotationPending = tokens.WhyRotationPending,
            LastLease = tokens.History.LastLease,
        };
    }
}
