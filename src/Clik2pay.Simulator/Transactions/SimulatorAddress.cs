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
    public string LinkTo(string shortCode)
    {
        // A server that listens on every address, for example in a container, reports a host that a browser cannot open.
        var listen = BindingAddress.Parse(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        if (listen.IsUnixPipe)
            return $"http://localhost/r/{shortCode}";

        var host = listen.Host is "0.0.0.0" or "[::]" or "*" or "+" ? "127.0.0.1" : listen.Host;
        return $"http://{host}:{listen.Port}/r/{shortCode}";
    }
}
