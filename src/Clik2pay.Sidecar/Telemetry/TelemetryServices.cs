using System.Diagnostics;
using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Hosting;
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
    private const string RequestDuration = "http.server.request.duration";
    private const string ClientRequestDuration = "http.client.request.duration";
    private const int FewSeries = 200;
    private const int ManySeries = 2000;

    public static void AddTelemetry(this WebApplicationBuilder builder, IConfiguration configuration, SidecarOptions options)
    {
        var services = builder.Services;
        services.AddMetrics(AddMeters);
        services.AddSingleton<DistributedContextPropagator, TraceOnlyPropagator>();
        services.AddHostedService<LastExport>();

        var variables = new OtelVariables(configuration);
        if (variables.IsDisabled)
            return;

        // The SDK reads its variables from here.
        builder.Configuration.AddInMemoryCollection([OtelVariables.LengthLimit]).AddInMemoryCollection(variables.All);

        var telemetry = services.AddOpenTelemetry().ConfigureResource(AddResource).WithMetrics(metrics => AddMetrics(metrics, variables));

        if (variables.RecordsTraces(options))
        {
            services.AddSingleton<TraceSampling>();
            telemetry.WithTracing(traces => AddTraces(traces, variables));
        }
    }

    /// <summary>Whether requests get spans.</summary>
    /// <exception cref="InvalidTelemetryException">A variable has a value that cannot be used.</exception>
    public static bool HasTracing(this IServiceProvider services) => Make<TracerProvider>(services) is not null;

    /// <summary>What Prometheus scrapes.</summary>
    /// <exception cref="InvalidTelemetryException">A variable has a value that cannot be used.</exception>
    public static void UsePrometheus(this IApplicationBuilder admin)
    {
        if (Make<MeterProvider>(admin.ApplicationServices) is { } metrics)
            admin.UseOpenTelemetryPrometheusScrapingEndpoint(metrics, predicate: null, Prometheus, scrape => scrape.UseMiddleware<BufferedScrape>(), optionsName: null);
    }

    /// <summary>Now and not at the start, so that an error in a variable is told as those in settings are. The SDK's own words may quote the value.</summary>
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
    /// Of those that each sidecar has for itself only its own: in the demo several are in one process. Of HTTP's client only these: the others change with
    /// each request too, cost more than all the rest together, and tell what is told already. The server's is our own.
    /// </summary>
    private static void AddMeters(IMetricsBuilder metrics)
    {
        foreach (var meter in (string[])[SidecarMeter.Name, "Microsoft.AspNetCore.Server.Kestrel"])
            metrics.EnableMetrics(meter, instrumentName: null, OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics("System.Net.Http", ClientRequestDuration, OpenTelemetry, MeterScope.Local);
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
        metrics.AddView(ViewOf);
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

    /// <summary>How an instrument is shown. Its room for series is memory from the start on, so it is no more than it can use: some have one by route and status.</summary>
    private static MetricStreamConfiguration ViewOf(Instrument instrument)
    {
        var view = Shown(instrument.Name);
        view.CardinalityLimit = instrument.Name is RequestDuration or ClientRequestDuration ? ManySeries : FewSeries;
        return view;
    }

    private static MetricStreamConfiguration Shown(string instrument) => instrument switch
    {
        // In Prometheus only a histogram may have a name that ends in _count.
        "dotnet.assembly.count" => new() { Name = "dotnet.assemblies" },
        "dotnet.process.cpu.count" => new() { Name = "dotnet.process.cpus" },
        "dotnet.timer.count" => new() { Name = "dotnet.timers" },

        // Without addresses of peers, and of ours that a peer chooses (127.0.0.0/8): each would be a series for ever.
        ConnectionDuration => new() { TagKeys = ["server.address", "server.port", "url.scheme", "network.protocol.version"] },
        var name when name.StartsWith("kestrel.", StringComparison.Ordinal) =>
            new() { TagKeys = ["server.port", "network.transport", "network.type", "network.protocol.name", "network.protocol.version", "error.type"] },
        _ => new(),
    };

    private static void AddTraces(TracerProviderBuilder traces, OtelVariables variables)
    {
        traces.AddSource(SidecarSpans.SourceName).SetSampler(services => services.GetRequiredService<TraceSampling>());
        if (variables.ExportsTraces)
            traces.AddOtlpExporter();
    }
}
