using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Administration;

/// <summary>The startup, readiness and liveness probes. They report the current state and make no calls.</summary>
internal sealed class Probes(TokenLifecycle tokens, Drain drain)
{
    /// <summary>Succeeds once the first token has been obtained.</summary>
    public Probe Startup() => tokens.Status.HasObtainedToken
        ? new(true, "The first access token was obtained.")
        : new(false, $"There is no access token yet: {WhyNoToken}.");

    /// <summary>Fails if the sidecar is stopping, or if there is no valid token because the credentials are refused.</summary>
    public Probe Readiness()
    {
        if (drain.HasBegun)
            return new(false, "The sidecar is stopping.");

        if (tokens.Current is not null)
            return new(true, "There is a valid access token.");

        return tokens.Status.Failure is { Kind: FailureKind.Refused }
            ? new(false, $"There is no access token, and none can be obtained: {WhyNoToken}.")
            : new(true, $"There is no access token at the moment: {WhyNoToken}.");
    }

    /// <summary>Always succeeds, because an outage of the provider or of Redis must not restart the whole fleet.</summary>
    public static Probe Liveness() => new(true, "The sidecar is alive.");

    private string WhyNoToken => tokens.Status.WhyNoToken;
}
