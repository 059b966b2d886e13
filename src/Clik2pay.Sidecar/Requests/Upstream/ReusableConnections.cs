using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting.Listeners;

namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>
/// Counts the requests of each profile that use its reusable connections. A request beyond the profile's number neither waits nor opens
/// another reusable connection.
/// </summary>
internal sealed class ReusableConnections(Profiles profiles, ConnectionLimits limits)
{
    private readonly int[] taken = new int[profiles.All.Count];

    /// <summary>Whether fewer connections than callers can be reused. Otherwise, nothing is counted.</summary>
    public bool IsLimited { get; } = limits.ReusablePerProfile < limits.Callers;

    /// <returns>Whether a request may use a reusable connection.</returns>
    public bool TryTake(Profile profile)
    {
        if (Interlocked.Increment(ref taken[profile.Index]) <= limits.ReusablePerProfile)
            return true;

        Return(profile);
        return false;
    }

    /// <summary>Ends the use of a connection.</summary>
    public void Return(Profile profile) => Interlocked.Decrement(ref taken[profile.Index]);
}
