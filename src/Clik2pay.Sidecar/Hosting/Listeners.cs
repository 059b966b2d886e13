using System.Net;
using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>The two listeners, one for callers and one for administration. What ASPNETCORE_URLS and its kin say does not count.</summary>
internal static class Listeners
{
    public static void AddListeners(this WebApplicationBuilder builder, SidecarOptions options)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // Answers come back as the provider sent them: no Server header of ours.
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen, _ => { });
            kestrel.Listen(options.Admin, AdministrationListener.MarkConnections);
        });
    }

    private static void Listen(this KestrelServerOptions kestrel, ListenAddress address, Action<ListenOptions> configure)
    {
        if (address.EndPoint is IPEndPoint { Address: var ip, Port: var port } && ip.Equals(IPAddress.IPv6Any))
            kestrel.ListenAnyIP(port, Configure); // also where there is no IPv6
        else
            kestrel.Listen(address.EndPoint, Configure);

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            configure(listen);
        }
    }
}
