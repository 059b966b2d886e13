using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Hosting.Process;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens.Sharing;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Clik2pay.Sidecar.Administration;

/// <summary>The gauges of the sidecar's current state.</summary>
internal sealed class SidecarGauges(
    Probes probes, Profiles profiles, ITokenStore store, LimitedListenerFactory listeners, Drain drain, TimeProvider time)
{
    private readonly MemoryLimit memoryLimit = new();

    private readonly (Profile Profile, Tag Tag)[] all =
        [.. profiles.All.Select(profile => (profile, new Tag("profile", profile.Name)))];

    public void AddTo(Meter meter)
    {
        var build = new Measurement<int>(
            1,
            new Tag("version", BuildInfo.Version),
            new Tag("environment", SidecarStatus.EnvironmentOf(profiles.All.Select(profile => profile.Options))));
        Gauge("build_info", () => [build],
            "Always 1. The labels are the version of the sidecar and its environment, or Mixed with several environments.");
        Gauge("profile_info", () => all.Select(one => new Measurement<int>(
                1, one.Tag, new Tag("environment", $"{one.Profile.Options.Environment}"))),
            "Always 1, for each profile. The labels are the name of the profile and its environment.");
        Gauge("ready", () => [new Measurement<int>(probes.Readiness().IsHealthy ? 1 : 0)], "1 while the readiness probe succeeds, else 0.");
        Seconds("token_expiry_timestamp", tokens => ToUnixTime(ExpiryOf(tokens)),
            "When the current access token expires, in Unix time; 0 without a current token.");
        Seconds("token_lifetime", tokens => tokens.Current?.Lifetime.TotalSeconds ?? 0,
            "The lifetime of the current access token, from issue to expiry; 0 without a current token.");
        Seconds("token_last_success_timestamp", tokens => ToUnixTime(tokens.History.LastSuccess),
            "When a refresh last obtained a token, in Unix time; 0 before the first one.");
        Gauge("rotation_pending",
            () => all.Select(one => new Measurement<int>(one.Profile.Tokens.WhyRotationPending is null ? 0 : 1, one.Tag)),
            "1 while the credential files differ from the credentials in use, because they have not been tried yet, were refused, or "
                + "cannot be read; else 0.");
        Gauge("store_up", () => store.Status.IsUp is { } isUp ? [new Measurement<int>(isUp ? 1 : 0)] : [],
            "1 if the last operation on Redis succeeded, else 0; absent without Redis.");
        Gauge("connections", () => [new Measurement<int>(listeners.Callers.Count)], "Open connections of callers.");
        Gauge("max_connections", () => [new Measurement<int>(listeners.Callers.Limit)], "The limit for connections of callers.");
        meter.CreateObservableGauge(
            "clik2pay.sidecar.memory_limit",
            () => memoryLimit.Read() is { } limit ? [new Measurement<long>(limit)] : Array.Empty<Measurement<long>>(),
            unit: "By",
            description: "The memory limit of the container or control group; absent without a limit.");

        // ASP.NET Core's instrument of this name also counts scrapes, and is updated twice for each request.
        meter.CreateObservableUpDownCounter("http.server.active_requests", () => drain.RequestsInProgress,
            description: "Caller requests in progress.");

        void Gauge(string name, Func<IEnumerable<Measurement<int>>> observe, string description) =>
            meter.CreateObservableGauge($"clik2pay.sidecar.{name}", observe, description: description);

        void Seconds(string name, Func<TokenLifecycle, double> observe, string description) => meter.CreateObservableGauge(
            $"clik2pay.sidecar.{name}",
            () => all.Select(one => new Measurement<double>(observe(one.Profile.Tokens), one.Tag)),
            unit: "s",
            description);
    }

    private DateTimeOffset? ExpiryOf(TokenLifecycle tokens) =>
        tokens.Current is { } token ? time.GetUtcNow() + (token.ExpiresAt - time.GetMonotonicNow()) : null;

    private static double ToUnixTime(DateTimeOffset? moment) => moment?.ToUnixTimeSeconds() ?? 0;
}
