using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Simulator.Transactions;

/// <summary>The address of this simulator in payment links. Known after the start, because port 0 selects a free port.</summary>
internal sealed class SimulatorAddress(IServer server)
{
    /// <param name="shortCode">The short code of a payment request.</param>
    /// <returns>The link to the page where a person pays the payment request.</returns>
    public string LinkTo(string shortCode) =>
        $"{ToReachable(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First())}/r/{shortCode}";

    /// <summary>Replaces a host that stands for all addresses of the machine, because clients cannot connect to it.</summary>
    /// <param name="listenAddress">An address that Kestrel reports, for example <c>http://[::]:5080</c>.</param>
    /// <returns>An address for clients on this machine.</returns>
    public static string ToReachable(string listenAddress)
    {
        var listen = BindingAddress.Parse(listenAddress);
        var host = listen.Host is "0.0.0.0" or "[::]" or "*" or "+" ? "127.0.0.1" : listen.Host;
        return $"http://{host}:{listen.Port}";
    }
}
