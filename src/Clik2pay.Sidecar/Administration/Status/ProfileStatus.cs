using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>The status of one profile at one moment. It contains no secret.</summary>
internal sealed record ProfileStatus
{
    /// <summary>The addresses. The credentials among the options are not reported.</summary>
    public required Clik2payOptions Options { get; init; }

    /// <summary>Whether the profile can serve requests, by the rule of the readiness probe.</summary>
    public required Probe Readiness { get; init; }

    /// <summary>Null without a valid token.</summary>
    public required CurrentToken? Token { get; init; }

    /// <summary>The time until the next scheduled refresh.</summary>
    public required TimeSpan NextRefresh { get; init; }

    /// <summary>The latest refresh comes first. Consecutive equal failures are one entry.</summary>
    public required IReadOnlyList<RefreshRun> Refreshes { get; init; }

    public required DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Why the credentials in the files are not in use. Null if they are in use.</summary>
    public required string? WhyRotationPending { get; init; }

    /// <summary>The last attempt to acquire the lease. Null before the first attempt.</summary>
    public required (DateTimeOffset At, LeaseOutcome Outcome)? LastLease { get; init; }

    public string Name => Options.Profile;
}
