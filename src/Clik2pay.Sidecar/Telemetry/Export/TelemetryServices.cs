using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.Metrics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>Exports metrics and spans of the sidecar and of .NET through OpenTelemetry, to Prometheus and OTLP.</summary>
internal static class TelemetryServices
{
    private const string Prometheus = "/metrics";
    private const string OpenTelemetry = "OpenTelemetry";

    public static void AddTelemetry(
        this WebApplicationBuilder builder,
        IConfiguration configuration,
        bool hasAccessLog,
        MetricsLevel level,
        int profiles,
        int callerSeries)
    {
        var services = builder.Services;
        services.AddMetrics(metrics => AddMeters(metrics, level));
        services.AddSingleton<DistributedContextPropagator, TraceOnlyPropagator>();
        services.AddHostedService<LastExport>();

        var variables = new OtelVariables(configuration);
        if (variables.IsDisabled)
            return;

        // The SDK reads its variables from this configuration.
        builder.Configuration.AddInMemoryCollection([OtelVariables.LengthLimit]).AddInMemoryCollection(variables.All);

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(AddResource)
            .WithMetrics(metrics => AddMetrics(metrics, variables, new(level, profiles, callerSeries)));

        if (variables.RecordsTraces(hasAccessLog))
        {
            services.AddSingleton(s => new TraceSampling(variables, hasAccessLog, s.GetRequiredService<Random>()));
            telemetry.WithTracing(traces => AddTraces(traces, variables));
        }
    }

    /// <summary>Whether requests get spans.</summary>
    /// <exception cref="InvalidTelemetryException">A variable isn't valid.</exception>
    public static bool HasTracing(this IServiceProvider services) => Create<TracerProvider>(services) is not null;

    /// <summary>Maps the path that Prometheus scrapes.</summary>
    /// <exception cref="InvalidTelemetryException">A variable isn't valid.</exception>
    public static void UsePrometheus(this IApplicationBuilder admin)
    {
        if (Create<MeterProvider>(admin.ApplicationServices) is not { } metrics)
            return;

        admin.UseOpenTelemetryPrometheusScrapingEndpoint(
            metrics, predicate: null, Prometheus, scrape => scrape.UseMiddleware<BufferedScrape>(), optionsName: null);
    }

    /// <summary>
    /// Creates a provider before the start, so that an invalid variable is reported like an invalid setting. The SDK's own message may
    /// quote the value.
    /// </summary>
    private static T? Create<T>(IServiceProvider services)
        where T : class
    {
        try
        {
            return services.GetService<T>();
        }
        catch (Exception e)
        {
            var keys = new OtelVariables(services.GetRequiredService<IConfiguration>()).All
                .Select(pair => pair.Key).Where(key => key != OtelVariables.LengthLimit.Key).Order(StringComparer.Ordinal);
            throw new InvalidTelemetryException(
                $"OTEL_…: the value of an OpenTelemetry variable is not valid ({e.GetType().Name}). "
                    + $"Check the variables that are set: {string.Join(", ", keys)}.");
        }
    }

    /// <summary>
    /// Selects the instruments. The demo runs several sidecars in one process, so each has its own meters (Local). The sidecar's own
    /// instruments replace those of ASP.NET Core's hosting, and the HTTP client's <c>http.client.request.duration</c>. Of the HTTP client's
    /// other instruments, only the duration of connections is selected. The rest cost more than all selected ones together and add no
    /// information.
    /// </summary>
    private static void AddMeters(IMetricsBuilder metrics, MetricsLevel level)
    {
        metrics.EnableMetrics(SidecarMeter.Name, instrumentName: null, OpenTelemetry, MeterScope.Local);
        if (level == MetricsLevel.Minimal)
            return;

        metrics.EnableMetrics("Microsoft.AspNetCore.Server.Kestrel", instrumentName: null, OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics("System.Net.Http", MetricViews.ConnectionDuration, OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics(MetricViews.Runtime, instrumentName: null, OpenTelemetry, MeterScope.Global);
    }

    /// <summary>OpenTelemetry's variables override these values.</summary>
    private static void AddResource(ResourceBuilder resource) => resource.Clear()
        .AddService(BuildInfo.Product, serviceVersion: BuildInfo.Version)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private static void AddMetrics(MeterProviderBuilder metrics, OtelVariables variables, MetricViews views)
    {
        metrics.AddView(views.Create);
        metrics.AddPrometheusExporter(prometheus =>
        {
            // Each metric name is in one scope only, and build_info contains the version.
            prometheus.ScopeInfoEnabled = false;
            prometheus.TargetInfoEnabled = false;
        });

        if (variables.ExportsTraces)
            metrics.SetExemplarFilter(ExemplarFilterType.TraceBased);
        if (variables.ExportsMetrics)
            metrics.AddOtlpExporter(options => variables.ApplyTo(options, "METRICS"));
    }

    private static void AddTraces(TracerProviderBuilder traces, OtelVariables variables)
    {
        traces.AddSource(SidecarSpans.SourceName).SetSampler(services => services.GetRequiredService<TraceSampling>());
        if (variables.ExportsTraces)
            traces.AddOtlpExporter(options => variables.ApplyTo(options, "TRACES"));
    }
}
