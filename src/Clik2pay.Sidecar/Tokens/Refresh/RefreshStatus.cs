using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>
/// How the last refresh ended, and when the next refresh and the next poll are due. <see cref="RefreshSchedule"/> computes the status after
/// each refresh and each poll. All times are in <see cref="MonotonicTime"/>.
/// </summary>
internal sealed record RefreshStatus
{
    public static readonly RefreshStatus Initial = new();

    /// <summary>When the next refresh starts without a request.</summary>
    public TimeSpan DueAt { get; init; }

    /// <summary>
    /// Before this moment, not even a request without a token starts a refresh. Either the minimum time between two token calls has not
    /// passed, or a failure requires a pause.
    /// </summary>
    public TimeSpan NotBefore { get; init; }

    /// <summary>
    /// Before this moment, a refresh of a valid token waits for an unavailable shared store. From this moment on, this replica fetches a
    /// token for itself.
    /// </summary>
    public TimeSpan FetchAloneAt { get; init; }

    /// <summary>When the shared store is polled next.</summary>
    public TimeSpan PollAt { get; init; } = TimeSpan.MaxValue;

    /// <summary>Whether this replica polls often, because it has fetched the shared token or has written it back.</summary>
    public bool PollsOften { get; init; }

    /// <summary>Why the last refresh failed. Null if it did not.</summary>
    public TokenFailure? Failure { get; init; }

    /// <summary>Whether a refresh with these credentials was refused, and none has obtained a token since.</summary>
    public bool WasRefused { get; init; }

    /// <summary>The number of failures in a row.</summary>
    public int Failures { get; init; }

    /// <summary>Whether any refresh has obtained a token since the start.</summary>
    public bool HasObtainedToken { get; init; }

    /// <summary>Why there is no token, as a part of a sentence for people. Only meaningful without a current token.</summary>
    public string WhyNoToken => Failure?.Reason ?? "the token endpoint has not responded yet";

    /// <summary>Whether the last refresh failed and the next one may not start yet. Requests do not wait during this pause.</summary>
    public bool IsPausedAt(TimeSpan now) => Failure is not null && now < NotBefore;
}
