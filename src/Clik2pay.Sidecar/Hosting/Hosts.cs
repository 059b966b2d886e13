using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>Runs hosts until SIGTERM or SIGINT.</summary>
internal static class Hosts
{
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
