using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Requests;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar;

/// <summary>The composition root: the parts of a sidecar. The verbs of the command line start sidecars.</summary>
internal static class Program
{
    /// <param name="configuration">Where <c>ReverseProxy</c>, <c>Logging</c> and <c>OTEL_…</c> are read from; the rest is in the settings.</param>
    /// <param name="settings">What was read and checked.</param>
    /// <param name="replace">Services that take the place of those registered here.</param>
    public static WebApplication CreateSidecar(IConfiguration configuration, Settings settings, Action<IServiceCollection>? replace = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        builder.AddSidecarLogging(configuration, settings.Sidecar);
        builder.AddListeners(settings.Sidecar);
        builder.AddDrain(settings.Sidecar);     // how it ends: not ready → callers served for a while → those under way → the end
        builder.AddTelemetry(configuration, settings.Sidecar); // what is measured and traced, and where to

        builder.Services.AddSingleton(settings.Clik2pay);
        builder.Services.AddSingleton(settings.Sidecar);
        builder.Services.AddSystemDefaults();          // the real clock and the real randomness
        builder.Services.AddProvider();         // connections to both of the provider's APIs
        builder.Services.AddCredentials(configuration); // the token lifecycle: schedule → share → fetch → publish → share
        builder.Services.AddRedis(settings.Redis); // if there is one, its store and lease: what replicas share
        builder.Services.AddRequestPipeline(configuration, settings.Clik2pay, settings.Sidecar);
        builder.Services.AddAdministration();
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseAdministration();                // its own listener: probes, metrics, status page
        RequestPipeline.Map(app);               // every step of a request
        return app;
    }
}
