using System.Diagnostics;
using System.Diagnostics.Metrics;
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
    private const string ConnectionDuration = "http.client.connection.duration";
    private const string RequestDuration = "http.server.request.duration";
    private const string ClientRequestDuration = "http.client.request.duration";
    private const string Refreshes = "clik2pay.sidecar.token_refreshes";
    private const string CallerRequests = "clik2pay.sidecar.caller_requests";
    private const int FewSeries = 200;
    private const int ManySeries = 2000;

    /// <summary>The most series of a further profile: seven outcomes of a refresh with seven triggers each.</summary>
    private const int RefreshSeries = 49;

    /// <summary>The most series of a further profile in any other instrument.</summary>
    private const int ProfileSeries = 5;

    public static void AddTelemetry(
        this WebApplicationBuilder builder, IConfiguration configuration, bool hasAccessLog, int profiles, int callerSeries)
    {
        var services = builder.Services;
        services.AddMetrics(AddMeters);
        services.AddSingleton<DistributedContextPropagator, TraceOnlyPropagator>();
        services.AddHostedService<LastExport>();

        var variables = new OtelVariables(configuration);
        if (variables.IsDisabled)
            return;

        // The SDK reads its variables from this configuration.
        builder.Configuration.AddInMemoryCollection([OtelVariables.LengthLimit]).AddInMemoryCollection(variables.All);

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(AddResource)
            .WithMetrics(metrics => AddMetrics(metrics, variables, profiles, callerSeries));

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
    /// Selects the instruments. The demo runs several sidecars in one process, so each has its own meters (Local). Only two of the HTTP
    /// client's instruments are measured, because the others cost more than all selected ones together and add no information. The
    /// sidecar's own instruments replace those of ASP.NET Core's hosting.
    /// </summary>
    private static void AddMeters(IMetricsBuilder metrics)
    {
        foreach (var meter in (string[])[SidecarMeter.Name, "Microsoft.AspNetCore.Server.Kestrel"])
            metrics.EnableMetrics(meter, instrumentName: null, OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics("System.Net.Http", ClientRequestDuration, OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics("System.Net.Http", ConnectionDuration, OpenTelemetry, MeterScope.Local);
        metrics.EnableMetrics("System.Runtime", instrumentName: null, OpenTelemetry, MeterScope.Global);
    }

    /// <summary>OpenTelemetry's variables override these values.</summary>
    private static void AddResource(ResourceBuilder resource) => resource.Clear()
        .AddService(BuildInfo.Product, serviceVersion: BuildInfo.Version)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private static void AddMetrics(MeterProviderBuilder metrics, OtelVariables variables, int profiles, int callerSeries)
    {
        metrics.AddView(instrument => CreateView(instrument, profiles, callerSeries));
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

    /// <summary>
    /// The SDK allocates memory for the maximum number of series at start. Only instruments with routes and statuses need many. Instruments
    /// of the token lifecycle have series for each profile.
    /// </summary>
    private static MetricStreamConfiguration CreateView(Instrument instrument, int profiles, int callerSeries)
    {
        var view = CreateView(instrument.Name);
        view.CardinalityLimit = instrument.Name switch
        {
            RequestDuration or ClientRequestDuration => ManySeries,
            Refreshes => FewSeries + ((profiles - 1) * RefreshSeries),
            CallerRequests => FewSeries + callerSeries,
            _ when instrument.Meter.Name == SidecarMeter.Name => FewSeries + ((profiles - 1) * ProfileSeries),
            _ => FewSeries,
        };
        return view;
    }

    private static MetricStreamConfiguration CreateView(string instrument) => instrument switch
    {
        // In Prometheus only a histogram may have a name that ends in _count.
        "dotnet.assembly.count" => new() { Name = "dotnet.assemblies" },
        "dotnet.process.cpu.count" => new() { Name = "dotnet.process.cpus" },
        "dotnet.timer.count" => new() { Name = "dotnet.timers" },

        // Omits addresses of peers, and local addresses that a peer can choose (127.0.0.0/8). Each address would be its own series.
        ConnectionDuration => new() { TagKeys = ["server.address", "server.port", "url.scheme", "network.protocol.version"] },
        var name when name.StartsWith("kestrel.", StringComparison.Ordinal) => new()
        {
            TagKeys =
            [
                "server.port", "network.transport", "network.type", "network.protocol.name", "network.protocol.version", "error.type",
            ],
        },
        _ => new(),
    };

    private static void AddTraces(TracerProviderBuilder traces, OtelVariables variables)
    {
        traces.AddSource(SidecarSpans.SourceName).SetSampler(services => services.GetRequiredService<TraceSampling>());
        if (variables.ExportsTraces)
            traces.AddOtlpExporter(options => variables.ApplyTo(options, "TRACES"));
    }
}
