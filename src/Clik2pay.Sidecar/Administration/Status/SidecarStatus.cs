using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>The status of the sidecar at one moment. It contains no secret.</summary>
internal sealed record SidecarStatus
{
    public required DateTimeOffset At { get; init; }

    public required TimeSpan Uptime { get; init; }

    public required Clik2payEnvironment Environment { get; init; }

    public required Uri ApiBaseUrl { get; init; }

    public required Uri TokenEndpoint { get; init; }

    /// <summary>The result of the readiness probe.</summary>
    public required Probe Readiness { get; init; }

    /// <summary>Whether the sidecar has begun to stop.</summary>
    public required bool IsStopping { get; init; }

    /// <summary>Null without a valid token.</summary>
    public required CurrentToken? Token { get; init; }

    /// <summary>The time until the next scheduled refresh.</summary>
    public required TimeSpan NextRefresh { get; init; }

    /// <summary>The latest refresh comes first. Consecutive equal failures are one entry.</summary>
    public required IReadOnlyList<RefreshRun> Refreshes { get; init; }

    public required DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Why the credentials in the files are not in use. Null if they are in use.</summary>
    public required string? WhyRotationPending { get; init; }

    public required StoreStatus Store { get; init; }

    /// <summary>The last attempt to acquire the lease. Null before the first attempt.</summary>
    public required (DateTimeOffset At, LeaseOutcome Outcome)? LastLease { get; init; }

    /// <summary>The number of responses to callers: the provider's by class of status, the sidecar's own by error code.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Responses { get; init; }
}
