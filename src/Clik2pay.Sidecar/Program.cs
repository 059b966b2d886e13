using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Requests;
using Clik2pay.Sidecar.Requests.Callers;
using Clik2pay.Sidecar.Telemetry.Export;
using Clik2pay.Sidecar.Telemetry.Logging;

namespace Clik2pay.Sidecar;

/// <summary>The composition root, which assembles a sidecar from its features. Verbs of the command line start sidecars.</summary>
internal static class Program
{
    /// <param name="configuration">The sources of <c>ReverseProxy</c>, <c>Logging</c> and <c>OTEL_…</c>.</param>
    /// <param name="settings">All other settings, read and validated.</param>
    /// <param name="replace">Replaces services that are registered here.</param>
    public static WebApplication CreateSidecar(
        IConfiguration configuration, Settings settings, Action<IServiceCollection>? replace = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        builder.AddSidecarLogging(configuration, settings.Log);
        builder.AddListeners(settings);                    // callers, administration
        builder.AddDrain(settings.Drain);                  // shutdown: not ready → drain → requests in progress → end
        builder.AddTelemetry(                              // metrics and spans → Prometheus, OTLP
            configuration,
            settings.Log.AccessLog,
            settings.Metrics.Level,
            settings.Profiles.Count,
            CallerMetrics.CountSeries(settings.KnownCallers));

        builder.Services.AddSettings(settings);
        builder.Services.AddSystemDefaults();              // the real clock, randomness and threads
        builder.Services.AddSingleton<TcpConnector>();     // connections to the provider and to Redis
        builder.Services.AddCredentials(configuration, settings.Profiles); // per profile: schedule → adopt or fetch → publish → share
        builder.Services.AddRedis(settings.Redis);         // the store and the lease that replicas share, if Redis is configured
        builder.Services.AddRequestPipeline(configuration, settings.Profiles, settings.Listener, settings.KnownCallers);
        builder.Services.AddAdministration();
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseAdministration();                           // probes, metrics, status page, commands
        RequestPipeline.Map(app);                          // every step of a request
        return app;
    }

    private static void AddSettings(this IServiceCollection services, Settings settings) => services
        .AddSingleton(settings.Listener)
        .AddSingleton(settings.Callers)
        .AddSingleton(settings.Administration)
        .AddSingleton(settings.Drain)
        .AddSingleton(settings.Log);
}
