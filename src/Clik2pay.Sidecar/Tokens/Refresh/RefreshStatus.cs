namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>Where the refresh loop stands: how its last refresh ended, and when the next one comes. Times are <see cref="MonotonicTime"/>.</summary>
internal sealed record RefreshStatus
{
    public static readonly RefreshStatus Initial = new();

    /// <summary>When the next refresh comes of itself.</summary>
    public TimeSpan DueAt { get; init; }

    /// <summary>Before this not even a request without a token brings it about: the least pause after a failure, or the floor between token calls.</summary>
    public TimeSpan NotBefore { get; init; }

    /// <summary>Until then a refresh of a held token waits for a shared store that is away, rather than fetch for this replica alone.</summary>
    public TimeSpan AloneAt { get; init; }

    /// <summary>When to look whether the shared store still has the token.</summary>
    public TimeSpan LookAt { get; init; } = TimeSpan.MaxValue;

    /// <summary>Whether this replica looks after the shared token: it has fetched it, or has written it back.</summary>
    public bool IsKeeper { get; init; }

    /// <summary>Why the last refresh failed; null when it did not.</summary>
    public TokenFailure? Failure { get; init; }

    /// <summary>How many have failed in a row.</summary>
    public int Failures { get; init; }

    /// <summary>Whether any refresh has brought a token since the start.</summary>
    public bool HasObtainedToken { get; init; }

    /// <summary>For people: why there is no token, where there is none.</summary>
    public string WhyNoToken => Failure?.Reason ?? "the token endpoint has not answered yet";

    /// <summary>Whether the last refresh failed and the next may not come yet: whoever needs a token now need not wait for one.</summary>
    public bool IsPausedAt(TimeSpan now) => Failure is not null && now < NotBefore;
}
