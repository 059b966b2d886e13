using System.Diagnostics;
using Clik2pay.Sidecar.Configuration;
using Microsoft.Extensions.Diagnostics.Metrics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>The door of what is measured and traced: instruments and spans of ours and the platform's → OpenTelemetry → Prometheus, OTLP.</summary>
internal static class TelemetryServices
{
    private const string Prometheus = "/metrics";
    private const string OpenTelemetry = "OpenTelemetry";
    private const string ConnectionDuration = "http.client.connection.duration";

    public static void AddTelemetry(this WebApplicationBuilder builder, IConfiguration configuration, SidecarOptions options)
    {
        // The server would put Host and User-Agent on its span, and do so for each request that is not sampled too: ServerSpan does it instead.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: true);

        var services = builder.Services;
        services.AddMetrics(AddMeters);
        services.AddSingleton<SidecarMetrics>();
        services.AddSingleton<DistributedContextPropagator, TraceOnlyPropagator>();
        services.AddHostedService<LastExport>();

        var variables = new OtelVariables(configuration);
        if (variables.IsDisabled)
            return;

        // The SDK reads its variables from here.
        builder.Configuration.AddInMemoryCollection([OtelVariables.LengthLimit]).AddInMemoryCollection(variables.All);

        var telemetry = services.AddOpenTelemetry().ConfigureResource(AddResource).WithMetrics(metrics => AddMetrics(metrics, variables));

        if (variables.WantsTraces(options))
            telemetry.WithTracing(traces => AddTraces(traces, variables));
    }

    /// <summary>What looks at a caller's request from outside.</summary>
    /// <exception cref="InvalidTelemetryException">A variable has a value that cannot be used.</exception>
    public static void UseTelemetry(this WebApplication app)
    {
        Make<TracerProvider>(app.Services);
        app.UseMiddleware<ServerSpan>();
        if (app.Services.GetRequiredService<SidecarOptions>().AccessLog)
            app.UseMiddleware<AccessLog>();
    }

    /// <summary>What Prometheus scrapes.</summary>
    /// <exception cref="InvalidTelemetryException">A variable has a value that cannot be used.</exception>
    public static void UsePrometheus(this IApplicationBuilder admin)
    {
        if (Make<MeterProvider>(admin.ApplicationServices) is { } metrics)
            admin.UseOpenTelemetryPrometheusScrapingEndpoint(metrics, predicate: null, Prometheus, scrape => scrape.UseMiddleware<WholeAnswer>(), optionsName: null);
    }

    /// <summary>Now and not at the start, so that a mistake in a variable is told as those in settings are. The SDK's own words may quote the value.</summary>
    private static T? Make<T>(IServiceProvider services)
        where T : class
    {
        try
        {
            return services.GetService<T>();
        }
        catch (Exception e)
        {
            var set = new OtelVariables(services.GetRequiredService<IConfiguration>()).All.Select(pair => pair.Key).Where(key => key != OtelVariables.LengthLimit.Key);
            throw new InvalidTelemetryException($"OTEL_…: a variable of OpenTelemetry has a value that cannot be used ({e.GetType().Name}). Set are {string.Join(", ", set.Order(StringComparer.Ordinal))}.");
        }
    }

    /// <summary>
    /// Of those that each sidecar has for itself only its own: in the demo several are in one process. Of HTTP's only these: the others change with
    /// each request too, cost more than all the rest together, and tell what is told already.
    /// </summary>
    private static void AddMeters(IMetricsBuilder metrics)
    {
        foreach (var meter in (string[])[SidecarMetrics.MeterName, "Microsoft.AspNetCore.Server.Kestrel"])
            metrics.EnableMetrics(meter, instrumentName: null, OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics("Microsoft.AspNetCore.Hosting", "http.server.request.duration", OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics("System.Net.Http", "http.client.request.duration", OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics("System.Net.Http", ConnectionDuration, OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics("System.Runtime", instrumentName: null, OpenTelemetry, MeterScope.Global);
    }

    /// <summary>What the variables say wins.</summary>
    private static void AddResource(ResourceBuilder resource) => resource.Clear()
        .AddService(BuildInfo.Product, serviceVersion: BuildInfo.Version)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private static void AddMetrics(MeterProviderBuilder metrics, OtelVariables variables)
    {
        // In Prometheus only a histogram may have a name that ends in _count.
        metrics.AddView("dotnet.assembly.count", "dotnet.assemblies");
        metrics.AddView("dotnet.process.cpu.count", "dotnet.process.cpus");
        metrics.AddView("dotnet.timer.count", "dotnet.timers");

        // Without addresses of peers, and of ours that a peer chooses (127.0.0.0/8): each would be a series for ever.
        metrics.AddView("kestrel.*", new MetricStreamConfiguration { TagKeys = ["server.port", "network.transport", "network.type", "network.protocol.name", "network.protocol.version", "error.type"] });
        metrics.AddView(ConnectionDuration, new MetricStreamConfiguration { TagKeys = ["server.address", "server.port", "url.scheme", "network.protocol.version"] });

        metrics.AddPrometheusExporter(prometheus =>
        {
            // Each name is in one scope here, and build_info tells the version.
            prometheus.ScopeInfoEnabled = false;
            prometheus.TargetInfoEnabled = false;
        });

        if (variables.ExportsTraces)
            metrics.SetExemplarFilter(ExemplarFilterType.TraceBased);
        if (variables.ExportsMetrics)
            metrics.AddOtlpExporter();
    }

    private static void AddTraces(TracerProviderBuilder traces, OtelVariables variables)
    {
        traces.AddSource(SidecarActivities.SourceName, "Microsoft.AspNetCore");
        if (variables.ExportsTraces)
            traces.AddOtlpExporter();
        else
            traces.SetSampler(new AlwaysOffSampler()); // there are trace ids all the same
    }
}
