using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Administration;

/// <summary>The startup, readiness and liveness probes. They report the current state and make no calls.</summary>
internal sealed class Probes(Profiles profiles, AdministrationOptions options, Drain drain)
{
    /// <summary>How many profiles a probe names, because there may be many.</summary>
    private const int MaxNamed = 5;

    /// <summary>Succeeds once the first token has been obtained: of one profile or of all, depending on <c>Sidecar:ReadyWhen</c>.</summary>
    public Probe Startup() => Combine(StartupOf, "Profiles that have obtained an access token");

    /// <summary>
    /// Fails if the sidecar is stopping, or if there is no valid token because the credentials are refused, depending on
    /// <c>Sidecar:UnreadyWhenRefused</c>. With several profiles, <c>Sidecar:ReadyWhen</c> decides whether one profile suffices.
    /// </summary>
    public Probe Readiness() => drain.HasBegun
        ? new(false, "The sidecar is stopping.")
        : Combine(ReadinessOf, "Profiles that are ready");

    /// <summary>
    /// Whether a profile has a valid token or may obtain one. <c>Sidecar:UnreadyWhenRefused</c> decides what refused credentials mean.
    /// </summary>
    public Probe ReadinessOf(Profile profile)
    {
        var (tokens, setting) = (profile.Tokens, options.UnreadyWhenRefused);
        if (tokens.Current is not null)
            return new(true, "There is a valid access token.");

        var status = tokens.Status;
        if (setting == UnreadyWhenRefused.AtStart && !status.HasObtainedToken)
            return BeforeFirstToken(tokens.NewestStatus);

        if (status.Failure is not { Kind: FailureKind.Refused })
            return new(true, Describe(status));

        return setting == UnreadyWhenRefused.Always
            ? new(false, Describe(status))
            : new(true, $"{Describe(status)} The sidecar stays ready, because {AdministrationOptions.UnreadyWhenRefusedKey} is {setting}.");
    }

    /// <summary>Always succeeds, because an outage of the provider or of Redis must not restart the whole fleet.</summary>
    public static Probe Liveness() => new(true, "The sidecar is alive.");

    /// <summary>
    /// <c>AtStart</c> before the first token. A refusal counts until these credentials obtain a token or others have been tried. Otherwise,
    /// a token endpoint that fails after it has refused the credentials would let a rollout with wrong credentials continue.
    /// </summary>
    private static Probe BeforeFirstToken(RefreshStatus newest)
    {
        // Without a failure, the first attempt has not ended yet.
        var isReady = newest.Failure is not null && !newest.WasRefused;
        var wasRefusedEarlier = newest.WasRefused && newest.Failure is not { Kind: FailureKind.Refused };
        return new(isReady, Describe(newest) + (wasRefusedEarlier ? " An earlier attempt with these credentials was refused." : ""));
    }

    private static string Describe(RefreshStatus status) => status.Failure is { Kind: FailureKind.Refused }
        ? $"There is no access token, and none can be obtained: {status.WhyNoToken}."
        : $"There is no access token at the moment: {status.WhyNoToken}.";

    private static Probe StartupOf(Profile profile) => profile.Tokens.Status is var status && status.HasObtainedToken
        ? new(true, "The first access token was obtained.")
        : new(false, $"There is no access token yet: {status.WhyNoToken}.");

    /// <summary>The probe of the only profile, or a summary with a line for each of the first profiles that do not succeed.</summary>
    private Probe Combine(Func<Profile, Probe> probe, string what)
    {
        if (profiles.All.Count == 1)
            return probe(profiles.All[0]);

        var unhealthy = profiles.All.Select(profile => (profile.Name, Probe: probe(profile))).Where(one => !one.Probe.IsHealthy).ToList();
        var healthy = profiles.All.Count - unhealthy.Count;
        var isHealthy = options.ReadyWhen == ReadyWhen.All ? unhealthy.Count == 0 : healthy > 0;
        var lines = unhealthy.Take(MaxNamed).Select(one => $"Profile {one.Name}: {one.Probe.Reason}")
            .Prepend($"{what}: {healthy} of {profiles.All.Count}.");
        if (!isHealthy && healthy > 0)
            lines = lines.Append($"{AdministrationOptions.ReadyWhenKey}={options.ReadyWhen} requires every profile.");
        if (unhealthy.Count > MaxNamed)
            lines = lines.Append($"Further profiles: {unhealthy.Count - MaxNamed}. See /status.");
        return new(isHealthy, string.Join('\n', lines));
    }
}
