using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Administration;

/// <summary>Startup, readiness and liveness. None of them calls anybody: a probe must not fail because somebody else does.</summary>
internal sealed class Probes(TokenLifecycle tokens, Drain drain)
{
    /// <summary>Yes from the first token on, whatever comes later.</summary>
    public Probe Startup() => tokens.Status.HasObtainedToken
        ? new(true, "The first access token was had.")
        : new(false, $"There is no access token yet: {WhyNoToken}.");

    /// <summary>Yes while a valid token is held or can still be had; no once credentials are refused, or the end has begun.</summary>
    public Probe Readiness()
    {
        if (drain.HasBegun)
            return new(false, "The sidecar is stopping.");

        if (tokens.Current is not null)
            return new(true, "A valid access token is held.");

        return tokens.Status.Failure is { Kind: FailureKind.Rejected }
            ? new(false, $"There is no access token, and none can be had: {WhyNoToken}.")
            : new(true, $"There is no access token at the moment: {WhyNoToken}.");
    }

    /// <summary>Yes: whoever answers lives. It looks at nothing outside, or a failure elsewhere would restart the whole fleet.</summary>
    public static Probe Liveness() => new(true, "The sidecar is alive.");

    private string WhyNoToken => tokens.Status.WhyNoToken;
}
