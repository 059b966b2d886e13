using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Microsoft.Extensions.Logging.Console;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>What is logged, and what never is.</summary>
internal static class SidecarLogging
{
    /// <summary>They quote addresses with their query, or what a caller sent for credentials.</summary>
    private static readonly string[] NeverLogged =
    [
        "Yarp.ReverseProxy.Forwarder",
        "Microsoft.AspNetCore.Hosting.Diagnostics",
        "Microsoft.AspNetCore.Server.Kestrel.BadRequests",
    ];

    public static void AddSidecarLogging(this WebApplicationBuilder builder, IConfiguration configuration, SidecarOptions options)
    {
        if (options.LogFormat == LogFormat.Json)
        {
            builder.Logging.AddJsonConsole(Configure);
        }
        else
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                Configure(console);
                console.SingleLine = true;

                // Without traces all that scopes tell is a number of the server's for the connection, on lines for people.
                console.IncludeScopes = new OtelVariables(configuration).RecordsTraces(options);
                console.TimestampFormat += " ";
            });
        }

        builder.Logging
            .Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Yarp", LogLevel.Warning)

            // A start that fails and an edit that is refused are told in lines of our own.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
            .AddFilter("Yarp.ReverseProxy.Management.ProxyConfigManager", LogLevel.None)
            .AddFilter("Yarp.ReverseProxy.Configuration.ConfigProvider.ConfigurationConfigProvider", LogLevel.None)
            .AddConfiguration(configuration.GetSection("Logging"));

        // Who reads the log slowly, or not at all, loses lines of it, and is told how many; he holds up no caller.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        builder.Services.PostConfigure<LoggerFilterOptions>(KeepSilent);
    }

    /// <summary>In scopes is the trace of the request, or of the refresh, that a line is of.</summary>
    private static void Configure(ConsoleFormatterOptions console)
    {
        console.IncludeScopes = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        console.UseUtcTimestamp = true;
    }

    /// <summary>Comes behind all configuration, and goes by provider too, so that no setting turns these categories on.</summary>
    private static void KeepSilent(LoggerFilterOptions filters)
    {
        var providers = filters.Rules.Select(rule => rule.ProviderName).Append(null).Distinct(StringComparer.Ordinal).ToList();
        foreach (var category in NeverLogged)
        {
            foreach (var rule in filters.Rules.Where(rule => rule.CategoryName?.StartsWith(category, StringComparison.OrdinalIgnoreCase) == true).ToList())
                filters.Rules.Remove(rule);

            foreach (var provider in providers)
                filters.Rules.Add(new(provider, category, LogLevel.None, filter: null));
        }
    }
}
