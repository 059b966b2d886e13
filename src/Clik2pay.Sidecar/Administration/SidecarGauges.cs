using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Telemetry;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Clik2pay.Sidecar.Administration;

/// <summary>The gauges of the sidecar's current state.</summary>
internal static class SidecarGauges
{
    public static void AddTo(Meter meter, Clik2payEnvironment environment, Func<GaugeValues> state)
    {
        var build = new Measurement<int>(1, new Tag("version", BuildInfo.Version), new Tag("environment", $"{environment}"));
        Gauge("build_info", () => build, "Always 1. The labels are the version of the sidecar and its environment.");
        Gauge("ready", () => new Measurement<int>(state().IsReady ? 1 : 0), "1 while the readiness probe succeeds, else 0.");
        Seconds("token_expiry_timestamp", () => ToUnixTime(state().TokenExpiry),
            "When the current access token expires, in Unix time; 0 without a current token.");
        Seconds("token_lifetime", () => state().TokenLifetime?.TotalSeconds ?? 0,
            "The lifetime of the current access token, from issue to expiry; 0 without a current token.");
        Seconds("token_last_success_timestamp", () => ToUnixTime(state().LastSuccess),
            "When a refresh last obtained a token, in Unix time; 0 before the first one.");
        Gauge("rotation_pending", () => new Measurement<int>(state().IsRotationPending ? 1 : 0),
            "1 while the credential files differ from the credentials in use, because they have not been tried yet, were refused, or "
                + "cannot be read; else 0.");
        meter.CreateObservableGauge("clik2pay.sidecar.store_up",
            () => state().IsStoreUp is { } isUp ? [new Measurement<int>(isUp ? 1 : 0)] : (IEnumerable<Measurement<int>>)[],
            description: "1 if the last operation on Redis succeeded, else 0; absent without Redis.");

        // ASP.NET Core's instrument of this name also counts scrapes, and is updated twice for each request.
        meter.CreateObservableUpDownCounter("http.server.active_requests", () => state().RequestsInProgress,
            description: "Caller requests in progress.");

        void Gauge(string name, Func<Measurement<int>> observe, string description) =>
            meter.CreateObservableGauge($"clik2pay.sidecar.{name}", observe, description: description);

        void Seconds(string name, Func<double> observe, string description) =>
            meter.CreateObservableGauge($"clik2pay.sidecar.{name}", observe, unit: "s", description);
    }

    private static double ToUnixTime(DateTimeOffset? moment) => moment?.ToUnixTimeSeconds() ?? 0;
}
