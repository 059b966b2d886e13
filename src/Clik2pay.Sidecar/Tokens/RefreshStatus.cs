namespace Clik2pay.Sidecar.Tokens;

/// <summary>Where the refresh loop stands: how its last refresh ended, and when the next one comes. Times are <see cref="MonotonicTime"/>.</summary>
/// <param name="DueAt">When the next refresh comes of itself.</param>
/// <param name="NotBefore">Before this not even a request without a token brings it about: the least pause after a failure, or the floor between token calls.</param>
/// <param name="Failure">Why the last refresh failed; null when it did not.</param>
/// <param name="Failures">How many have failed in a row.</param>
/// <param name="HasHeldToken">Whether any refresh has brought a token since the start.</param>
internal sealed record RefreshStatus(TimeSpan DueAt, TimeSpan NotBefore, TokenFailure? Failure, int Failures, bool HasHeldToken)
{
    public static readonly RefreshStatus Initial = new(TimeSpan.Zero, TimeSpan.Zero, Failure: null, Failures: 0, HasHeldToken: false);

    /// <summary>For people: why there is no token, where there is none.</summary>
    public string WhyNoToken => Failure?.Reason ?? "the token endpoint has not answered yet";

    /// <summary>Whether the last refresh failed and the next may not come yet: whoever needs a token now need not wait for one.</summary>
    public bool IsPausedAt(TimeSpan now) => Failure is not null && now < NotBefore;
}
