using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Administration;

/// <summary>How things stand at one moment. Nothing in it is secret.</summary>
internal sealed record SidecarStatus
{
    public required DateTimeOffset At { get; init; }

    public required TimeSpan Uptime { get; init; }

    public required Clik2payEnvironment Environment { get; init; }

    public required Uri ApiBaseUrl { get; init; }

    public required Uri TokenEndpoint { get; init; }

    /// <summary>What the readiness probe says.</summary>
    public required Probe Readiness { get; init; }

    /// <summary>Null while no valid token is held.</summary>
    public required CurrentToken? Token { get; init; }

    /// <summary>Until the next refresh comes of itself.</summary>
    public required TimeSpan NextRefresh { get; init; }

    /// <summary>The newest first.</summary>
    public required IReadOnlyList<RefreshRecord> Refreshes { get; init; }

    public required DateTimeOffset? LastSuccess { get; init; }

    /// <summary>What the credential files hold in place of what is in use; null when it is just that.</summary>
    public required string? WhyRotationPending { get; init; }

    public required StoreStatus Store { get; init; }

    /// <summary>Null while none has been asked for.</summary>
    public required (DateTimeOffset At, LeaseOutcome Outcome)? LastLease { get; init; }

    /// <summary>Responses that went to callers, by kind.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Responses { get; init; }
}
