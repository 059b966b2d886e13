using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

namespace Clik2pay.Sidecar.Benchmarks.Bounds;

/// <summary>
/// Forwards requests with fewer layers than YARP, and adds the same two headers as the sidecar, to measure what the layers cost. The
/// program supports only the requests of the benchmarks. Bodies must have a Content-Length. An error of the upstream ends the connection.
/// </summary>
/// <remarks>Options: <c>--kind invoker|client|epoll --urls http://IP:PORT --upstream http://IP:PORT</c>.</remarks>
internal static class Program
{
    public static async Task Main(string[] args)
    {
        var options = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var (listen, upstream) = (new Uri(options["--urls"]), new Uri(options["--upstream"]));
        switch (options["--kind"])
        {
            case "invoker":
                using (var forwarder = new InvokerForwarder(upstream))
                    await RunKestrelAsync(listen, forwarder.ForwardAsync);
                break;
            case "client":
                await RunKestrelAsync(listen, new ClientForwarder(upstream).ForwardAsync);
                break;
            case "epoll":
                EpollServer.Run(listen, upstream);
                break;
            default:
                throw new ArgumentException("--kind is not valid. Valid values: invoker, client, epoll.", nameof(args));
        }
    }

    private static async Task RunKestrelAsync(Uri listen, RequestDelegate forward)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // With a logger, the server creates an activity for each request.
        builder.WebHost.UseUrls(listen.AbsoluteUri);
        await using var app = builder.Build();
        app.Run(forward);
        await app.RunAsync();
    }
}
