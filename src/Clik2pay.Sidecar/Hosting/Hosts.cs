using System.Net.Sockets;
using Clik2pay.Sidecar.Configuration;
using Microsoft.AspNetCore.Connections;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>Runs hosts until SIGTERM or SIGINT, and lets them end in order.</summary>
internal static class Hosts
{
    /// <summary>What is left of requests when the drain is over has so long until its connections are closed.</summary>
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);

    public static void AddDrain(this WebApplicationBuilder builder, SidecarOptions options)
    {
        builder.Services.AddSingleton<Drain>();
        builder.Services.AddHostedService(s => s.GetRequiredService<Drain>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainDelay + options.StopTimeout + LastMoment);
    }

    /// <param name="hosts">Started in this order.</param>
    /// <param name="onStarted">Called when all of them serve.</param>
    /// <param name="cancellationToken">Ends them as a signal would.</param>
    /// <returns>What could not be listened on, and why; null after a clean end.</returns>
    public static async Task<string?> RunAsync(IReadOnlyList<IHost> hosts, Action onStarted, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var host in hosts)
                await host.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The signal came while they were starting.
            return null;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return e.Message;
        }
        catch (SocketException e)
        {
            return $"An address cannot be listened on: {e.Message} ({e.SocketErrorCode}).";
        }

        onStarted();
        await Task.WhenAll(hosts.Select(host => host.WaitForShutdownAsync(cancellationToken)));
        return null;
    }
}
