using Clik2pay.Sidecar.Telemetry.Export;
using Microsoft.Extensions.Logging.Console;

namespace Clik2pay.Sidecar.Telemetry.Logging;

/// <summary>Selects what is logged.</summary>
internal static class SidecarLogging
{
    /// <summary>These categories log addresses with their query, or a caller's invalid input, which may contain credentials.</summary>
    private static readonly string[] NeverLogged =
    [
        "Yarp.ReverseProxy.Forwarder",
        "Microsoft.AspNetCore.Hosting.Diagnostics",
        "Microsoft.AspNetCore.Server.Kestrel.BadRequests",
    ];

    public static void AddSidecarLogging(this WebApplicationBuilder builder, IConfiguration configuration, LogOptions options)
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

                // Without traces, scopes contain only the server's connection id.
                console.IncludeScopes = new OtelVariables(configuration).RecordsTraces(options.AccessLog);
                console.TimestampFormat += " ";
            });
        }

        builder.Logging
            .Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Yarp", LogLevel.Warning)

            // The sidecar has its own messages for a failed start and for a refused edit.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
            .AddFilter("Yarp.ReverseProxy.Management.ProxyConfigManager", LogLevel.None)
            .AddFilter("Yarp.ReverseProxy.Configuration.ConfigProvider.ConfigurationConfigProvider", LogLevel.None)
            .AddConfiguration(configuration.GetSection("Logging"));

        // If the log is read too slowly, messages are dropped and their number is logged. No request waits for the log.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        builder.Services.PostConfigure<LoggerFilterOptions>(Silence);
    }

    /// <summary>Scopes contain the trace id of the request or of the refresh that a message belongs to.</summary>
    private static void Configure(ConsoleFormatterOptions console)
    {
        console.IncludeScopes = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        console.UseUtcTimestamp = true;
    }

    /// <summary>Runs after all configuration, for every provider, so that no setting can turn these categories on.</summary>
    private static void Silence(LoggerFilterOptions filters)
    {
        var providers = filters.Rules.Select(rule => rule.ProviderName).Append(null).Distinct(StringComparer.Ordinal).ToList();
        foreach (var category in NeverLogged)
        {
            var rules = filters.Rules
                .Where(rule => rule.CategoryName?.StartsWith(category, StringComparison.OrdinalIgnoreCase) == true).ToList();
            rules.ForEach(rule => filters.Rules.Remove(rule));

            foreach (var provider in providers)
                filters.Rules.Add(new(provider, category, LogLevel.None, filter: null));
        }
    }
}
