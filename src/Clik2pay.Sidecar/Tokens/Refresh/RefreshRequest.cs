using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>The parameters of a refresh.</summary>
/// <param name="Key">The credentials to use, and the key under which the token is shared.</param>
/// <param name="Trigger">Why the refresh was started.</param>
/// <param name="IssuedAfter">
/// A token in the shared store is adopted only if it was issued after this moment of <see cref="MonotonicTime"/>.
/// </param>
/// <param name="Before">The status before the refresh. Pending credentials have their own status.</param>
internal sealed record RefreshRequest(TokenKey Key, RefreshTrigger Trigger, TimeSpan IssuedAfter, RefreshStatus Before)
{
    /// <summary>Whether the current token can stay in use until the new one has settled.</summary>
    public bool CanSettle => Trigger == RefreshTrigger.Scheduled;
}
