using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>Runs hosts until a signal to stop, and lets them end in order.</summary>
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

    /// <param name="host">The host to start and to run until it is stopped.</param>
    /// <param name="onStarted">Called when the host serves.</param>
    /// <param name="cancellationToken">Stops the host as a signal would.</param>
    /// <returns>What could not be listened on, and why; null after a clean end.</returns>
    public static async Task<string?> RunAsync(IHost host, Action onStarted, CancellationToken cancellationToken)
    {
        var (hasStarted, failure) = await TryStartAsync([host], cancellationToken);
        if (!hasStarted)
            return failure;

        onStarted();
        await WaitForEndAsync([host], cancellationToken);
        return null;
    }

    /// <param name="hosts">Started in this order.</param>
    /// <param name="cancellationToken">Stops the hosts as a signal would.</param>
    /// <returns>Whether all of them serve; if not, what could not be listened on, and why, or null after a signal.</returns>
    public static async Task<(bool HasStarted, string? Failure)> TryStartAsync(
        IEnumerable<IHost> hosts, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var host in hosts)
                await host.StartAsync(cancellationToken);
            return (true, null);
        }
        catch (OperationCanceledException)
        {
            // The signal came while they were starting.
            return (false, null);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return (false, e.Message);
        }
        catch (SocketException e)
        {
            return (false, $"An address cannot be listened on: {e.Message} ({e.SocketErrorCode}).");
        }
    }

    public static Task WaitForEndAsync(IEnumerable<IHost> hosts, CancellationToken cancellationToken) =>
        Task.WhenAll(hosts.Select(host => host.WaitForShutdownAsync(cancellationToken)));
}
