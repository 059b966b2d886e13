namespace Clik2pay.Sidecar.Hosting;

/// <summary>What is logged, and what never is.</summary>
internal static class SidecarLogging
{
    public static void AddSidecarLogging(this WebApplicationBuilder builder, IConfiguration configuration)
    {
        builder.Logging
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                console.UseUtcTimestamp = true;
            })
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Yarp", LogLevel.Warning)

            // A start that fails is told in a line of our own.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
            .AddConfiguration(configuration.GetSection("Logging"))

            // Behind the configuration, so that no setting turns it on: it writes each request's address with its query.
            .AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.None);
    }
}
