using Yarp.ReverseProxy.Configuration;

namespace BareYarp;

/// <summary>The baseline of the benchmarks: YARP with its default settings, one route and one destination.</summary>
internal static class Program
{
    public static Task Main(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var upstream = builder.Configuration["upstream"]
            ?? throw new InvalidOperationException("--upstream is missing. Set it to the address to forward to.");
        var destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { ["one"] = new() { Address = upstream } };
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new() { RouteId = "all", ClusterId = "upstream", Match = new() { Path = "/{**rest}" } }],
            [new() { ClusterId = "upstream", Destinations = destinations }]);

        var app = builder.Build();
        app.MapReverseProxy();
        return app.RunAsync();
    }
}
