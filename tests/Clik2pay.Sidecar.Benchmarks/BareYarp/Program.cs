using Yarp.ReverseProxy.Configuration;

namespace BareYarp;

/// <summary>What the sidecar is measured against: YARP with its defaults, one route and one destination, and nothing else.</summary>
internal static class Program
{
    public static Task Main(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var upstream = builder.Configuration["upstream"] ?? throw new InvalidOperationException("--upstream is missing: the address that is forwarded to.");
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new() { RouteId = "all", ClusterId = "upstream", Match = new() { Path = "/{**rest}" } }],
            [new() { ClusterId = "upstream", Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { ["one"] = new() { Address = upstream } } }]);

        var app = builder.Build();
        app.MapReverseProxy();
        return app.RunAsync();
    }
}
